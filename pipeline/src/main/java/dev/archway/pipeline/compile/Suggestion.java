package dev.archway.pipeline.compile;

import java.util.Collection;
import java.util.Comparator;

/** Finds what somebody may have meant. */
final class Suggestion {
  private static final int FARTHEST = 3;

  private Suggestion() {}

  /** {@code (did you mean "x"?)} with a space before it, or nothing when no word is near. */
  static String of(String written, Collection<String> known) {
    return known.stream()
        .filter(
            word -> distance(written, word) <= Math.min(FARTHEST, Math.max(1, word.length() / 3)))
        .min(Comparator.comparingInt(word -> distance(written, word)))
        .map(" (did you mean \"%s\"?)"::formatted)
        .orElse("");
  }

  /** Levenshtein's distance, letters of either case being equal. */
  private static int distance(String a, String b) {
    String left = a.toLowerCase(java.util.Locale.ROOT);
    String right = b.toLowerCase(java.util.Locale.ROOT);
    int[] row = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int above = row[j];
        int change = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, 1 + Math.min(above, row[j - 1]));
        diagonal = above;
      }
    }
    return row[right.length()];
  }
}
