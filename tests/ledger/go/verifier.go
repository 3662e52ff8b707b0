// Checks a mirror or a running service with Go's own libraries for signed notes and transparency logs, which share no
// code with ours.
//
// Usage: verifier SOURCE CLAIMS. SOURCE is a mirror's folder or a service's address, with ledger/key,
// ledger/checkpoint and ledger/tile/… below it; CLAIMS is a file of entries, inclusion proofs and consistency proofs.
// Exit status 0 means that every claim holds.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
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

// get reads a file of a mirror, or what a service answers with 200.
func get(source, path string) ([]byte, error) {
	if !strings.HasPrefix(source, "http://") {
		return os.ReadFile(filepath.Join(source, path))
	}
	answer, err := http.Get(source + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// tiles reads stored tiles. C2SP's paths are Go's without the height, which is always eight there.
type tiles struct{ source string }

func (t tiles) Height() int { return tileHeight }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
		data, err := get(t.source, "ledger/"+path)
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func main() {
	if err := verify(os.Args[1], os.Args[2]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("sound")
}

func verify(source, claimsFile string) error {
	tree, err := signedTree(source)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	var claimed claims
	data, err := os.ReadFile(claimsFile)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &claimed); err != nil {
		return err
	}
	stored := tlog.TileHashReader(tree, tiles{source})
	if err := checkBundles(source, tree, stored); err != nil {
		return err
	}
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

// checkBundles takes every entry from its bundle and looks its hash up in the tiles, which lead to the signed root.
func checkBundles(source string, tree tlog.Tree, stored tlog.HashReader) error {
	for first := int64(0); first < tree.N; first += 1 << tileHeight {
		width := min(tree.N-first, 1<<tileHeight)
		// The path of a tile of the same number and width, below entries in the place of the level.
		tile := tlog.Tile{H: tileHeight, L: 0, N: first >> tileHeight, W: int(width)}
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/0/", tileHeight), "tile/entries/", 1)
		bundle, err := get(source, "ledger/"+path)
		if err != nil {
			return fmt.Errorf("bundle: %w", err)
		}
		var places []int64
		for index := first; index < first+width; index++ {
			places = append(places, tlog.StoredHashIndex(0, index))
		}
		found, err := stored.ReadHashes(places)
		if err != nil {
			return fmt.Errorf("tiles from %d: %w", first, err)
		}
		for index := first; index < first+width; index++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("bundle: ends before entry %d", index)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			if found[index-first] != tlog.RecordHash(bundle[2:end]) {
				return fmt.Errorf("bundle: entry %d is not in the tree", index)
			}
			bundle = bundle[end:]
		}
		if len(bundle) != 0 {
			return fmt.Errorf("bundle: something follows entry %d", first+width-1)
		}
	}
	return nil
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

// signedTree opens the checkpoint with every key of the source, one on a line.
func signedTree(source string) (tlog.Tree, error) {
	keys, err := get(source, "ledger/key")
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
	signed, err := get(source, "ledger/checkpoint")
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
