package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"slices"
)

// keyword names the text inside a PNG that says which page it was drawn from.
const keyword = "dropgate page"

// mark identifies the page.
func (p picture) mark() string {
	sum := sha256.Sum256(p.page)
	return hex.EncodeToString(sum[:])
}

// headEnd is where the first chunk of a PNG ends: 8 bytes of signature, and 25 of IHDR.
const headEnd = 33

// stamped puts the mark into a PNG, as a chunk of text.
func stamped(data []byte, mark string) []byte {
	body := slices.Concat([]byte("tEXt"+keyword), []byte{0}, []byte(mark))
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)-len("tEXt")))
	chunk = append(chunk, body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(body))
	return slices.Concat(data[:headEnd], chunk, data[headEnd:])
}

// markOf returns the mark in a PNG, or nothing.
func markOf(data []byte) string {
	_, rest, found := bytes.Cut(data, slices.Concat([]byte("tEXt"+keyword), []byte{0}))
	if length := hex.EncodedLen(sha256.Size); found && len(rest) >= length {
		return string(rest[:length])
	}
	return ""
}
