"""What runs around the application: the developer's tool, asset build, measurements, deployment."""
