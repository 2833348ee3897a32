package configs

import "strings"

// advice says which known key was most likely meant, and admits when none was.
func advice(key string, known []string) string {
	if best, ok := nearest(key, known); ok {
		return "vouliez-vous dire « " + best + " » ?"
	}
	return "aucune clé ne lui ressemble ; regie.example.yaml les donne toutes."
}

// nearest finds the known key that is closest to key, if one is close: a third
// of its letters may differ, or it is the whole end of a longer key.
func nearest(key string, known []string) (string, bool) {
	best, least := "", len(key)/3+1
	for _, k := range known {
		d := distance(key, k)
		if strings.HasSuffix(k, "."+key) {
			d = 1
		}
		if d < least || d == least && best == "" {
			best, least = k, d
		}
	}
	return best, best != ""
}

// distance counts the letters to add, drop, replace or swap with a neighbour
// between two words (optimal string alignment).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range t {
		rows[0][j+1] = j + 1
	}
	for i := range s {
		for j := range t {
			cost := 1
			if s[i] == t[j] {
				cost = 0
			}
			d := min(rows[i][j+1]+1, rows[i+1][j]+1, rows[i][j]+cost)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				d = min(d, rows[i-1][j-1]+1)
			}
			rows[i+1][j+1] = d
		}
	}
	return rows[len(s)][len(t)]
}
