"""What the answers of a kind of exercise share: fresh inputs that tell mistakes apart, labels, common mistakes."""
