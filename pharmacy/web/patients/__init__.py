"""The record of a patient: what every prescription of theirs is screened against."""
