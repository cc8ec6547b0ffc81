"""What adapters that keep things in files have in common; they know no other adapter, and all may use this."""
