"""What measurements share: the lines they print, the browser's traffic, the server's answers."""
