"""The register: a tree over all events, signed checkpoints, proofs.

docs/decisions/0065-a-register-outside-the-database.md says why.

<ledger>/<slug>.key        the key that signs its checkpoints, 32 bytes, Ed25519
<ledger>/<slug>.db         its epochs, tiles and checkpoints, and who outside holds one
<ledger>/_witness.key|.db  the same of this house as a witness of others

`verify` runs alone and everywhere; the other modules write what it reads.
"""
