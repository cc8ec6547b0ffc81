"""What a message looks like to the filter, and how likely it is spam: learned from mail, pure code."""
