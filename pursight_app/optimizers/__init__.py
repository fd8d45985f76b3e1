"""One file per bottleneck: how it shows in what an application was, and what can be changed about it."""
