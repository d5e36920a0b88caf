"""Networks written in numpy: their layers, a network to complete, its training, and a check of its gradients."""
