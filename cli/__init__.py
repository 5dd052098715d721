"""The command `wangge`."""
