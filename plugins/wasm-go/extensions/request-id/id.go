package main

import (
	"encoding/hex"
	"strings"
)

// maxLength bounds identifiers taken over from a client: they end up in every log line.
const maxLength = 128

// acceptable tells whether an identifier sent by a client can be kept:
// not empty, not long, and nothing but visible ASCII without quotes or commas.
func acceptable(id string) bool {
	return id != "" && len(id) <= maxLength && !strings.ContainsFunc(id, func(r rune) bool {
		return r <= ' ' || r > '~' || r == '"' || r == ','
	})
}

// formatID makes a UUID of version 4 (RFC 9562, section 5.4) of 16 random bytes.
func formatID(random [16]byte) string {
	random[6] = random[6]&0x0f | 0x40
	random[8] = random[8]&0x3f | 0x80
	digits := hex.EncodeToString(random[:])
	return strings.Join([]string{digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]}, "-")
}
