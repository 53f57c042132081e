"""What the office asks of registers: today's board, who is here, reports over any span, reminders."""
