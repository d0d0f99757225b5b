"""The service's bodies as the official SDK's typed models describe them, beside the emulator's own."""
