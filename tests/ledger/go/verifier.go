// Checks a mirror with Go's own libraries for signed notes and transparency logs, which share no code with ours.
//
// Usage: verifier DIR, where DIR holds ledger/key, ledger/checkpoint and ledger/tile/… as a mirror does, and
// claims.json with entries, inclusion proofs and consistency proofs. Exit status 0 means that every claim holds.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

type claims struct {
	Inclusion []struct {
		Index int64
		Entry []byte
		Proof [][]byte
	}
	Consistency []struct {
		Size  int64
		Root  []byte
		Proof [][]byte
	}
}

// tiles reads the files of a mirror. C2SP's paths are Go's without the height, which is always eight there.
type tiles struct{ dir string }

func (t tiles) Height() int { return tileHeight }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.dir, "ledger", path))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func main() {
	if err := verify(os.Args[1]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("sound")
}

func verify(dir string) error {
	tree, err := signedTree(dir)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	var claimed claims
	data, err := os.ReadFile(filepath.Join(dir, "claims.json"))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &claimed); err != nil {
		return err
	}
	stored := tlog.TileHashReader(tree, tiles{dir})
	for _, claim := range claimed.Inclusion {
		hash := tlog.RecordHash(claim.Entry)
		proof := tlog.RecordProof(hashes(claim.Proof))
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, claim.Index, hash); err != nil {
			return fmt.Errorf("inclusion of %d: %w", claim.Index, err)
		}
		own, err := tlog.ProveRecord(tree.N, claim.Index, stored)
		if err != nil {
			return fmt.Errorf("tiles at %d: %w", claim.Index, err)
		}
		if fmt.Sprint(own) != fmt.Sprint(proof) {
			return fmt.Errorf("inclusion of %d: Go proves it otherwise", claim.Index)
		}
		leaf, err := stored.ReadHashes([]int64{tlog.StoredHashIndex(0, claim.Index)})
		if err != nil || leaf[0] != hash {
			return fmt.Errorf("tiles at %d: not the entry's hash (%v)", claim.Index, err)
		}
	}
	for _, claim := range claimed.Consistency {
		proof := tlog.TreeProof(hashes(claim.Proof))
		old := hashes([][]byte{claim.Root})[0]
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, claim.Size, old); err != nil {
			return fmt.Errorf("consistency with %d: %w", claim.Size, err)
		}
	}
	return nil
}

// signedTree opens the checkpoint with every key of the mirror, one on a line.
func signedTree(dir string) (tlog.Tree, error) {
	keys, err := os.ReadFile(filepath.Join(dir, "ledger/key"))
	if err != nil {
		return tlog.Tree{}, err
	}
	var verifiers []note.Verifier
	for _, line := range strings.Fields(string(keys)) {
		verifier, err := note.NewVerifier(line)
		if err != nil {
			return tlog.Tree{}, err
		}
		verifiers = append(verifiers, verifier)
	}
	signed, err := os.ReadFile(filepath.Join(dir, "ledger/checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifiers...))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != opened.Sigs[0].Name {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of the log that signed it")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("not a root: %q", lines[2])
	}
	return tlog.Tree{N: size, Hash: hashes([][]byte{root})[0]}, nil
}

func hashes(all [][]byte) []tlog.Hash {
	found := make([]tlog.Hash, len(all))
	for i, one := range all {
		copy(found[i][:], one)
	}
	return found
}
