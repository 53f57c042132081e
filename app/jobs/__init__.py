"""RQ entry points: open the application context, call one service."""
