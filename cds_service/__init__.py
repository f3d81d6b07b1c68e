"""CordCheck: the machinery that turns an order in the making into explained advice."""
