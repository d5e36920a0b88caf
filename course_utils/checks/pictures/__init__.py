"""Small pictures below the sentence of a check: one generic drawing, chosen from the labels of the arrays."""
