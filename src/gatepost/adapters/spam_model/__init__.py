"""What a site has taught the filter: the model that workers read, and the journal of lessons it is made of."""
