"""How is a process held so that it can do no harm, whatever takes it over?"""
