"""Looking into messages: what a part is, what it holds, how deep that goes; in processes that can do no harm."""
