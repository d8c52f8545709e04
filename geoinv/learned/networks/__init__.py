"""The networks that invert data: OPTEnet, EUnet and their rivals."""
