"""Phrases of other languages for labels: English beside each translation, its state, drafts and signatures."""
