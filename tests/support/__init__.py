"""What our own tests share; nothing here ships."""
