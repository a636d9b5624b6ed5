"""From a finding to edits of the user's file that may repair it. Text only: no torch, nothing is run here."""
