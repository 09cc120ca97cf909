"""Documents that events carry whole: the protocol, the reading grid."""
