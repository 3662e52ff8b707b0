"""The contract as a document, and the commands that guard it: this folder is what other programs rely on."""
