package dev.archway.executor.report;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where reports are: {@code *} stands for any part of a name, {@code ?} for a character, {@code **}
 * for any number of folders. It never takes longer than the product of the two lengths.
 */
final class Glob {
  private static final String WORKSPACE = "/harness/";

  private final List<String> names;

  private Glob(List<String> names) {
    this.names = names;
  }

  /** The pattern; null when it leads out of the workspace or names nothing. */
  static @Nullable Glob of(String written) {
    String text = written.strip();
    String inside = text.startsWith(WORKSPACE) ? text.substring(WORKSPACE.length()) : text;
    if (inside.startsWith("/") || inside.startsWith("~")) {
      return null;
    }
    List<String> names = new ArrayList<>();
    for (String name : inside.split("/", -1)) {
      if (name.equals("..")) {
        return null;
      }
      if (!name.isEmpty() && !name.equals(".")) {
        names.add(name);
      }
    }
    return names.isEmpty() ? null : new Glob(names);
  }

  /** The folder that every match is in; empty for the workspace. */
  String folder() {
    List<String> fixed = new ArrayList<>();
    for (String name : names.subList(0, names.size() - 1)) {
      if (isPattern(name)) {
        break;
      }
      fixed.add(name);
    }
    return String.join("/", fixed);
  }

  /** What the name of every match ends with. */
  String suffix() {
    String last = names.getLast();
    return last.substring(Math.max(last.lastIndexOf('*'), last.lastIndexOf('?')) + 1);
  }

  private static boolean isPattern(String name) {
    return name.indexOf('*') >= 0 || name.indexOf('?') >= 0;
  }

  boolean matches(String path) {
    String[] parts = path.split("/", -1);
    // reached[i]: the names so far match the first i parts.
    boolean[] reached = new boolean[parts.length + 1];
    reached[0] = true;
    for (String name : names) {
      boolean[] next = new boolean[parts.length + 1];
      for (int i = 0; i <= parts.length; i++) {
        next[i] =
            name.equals("**")
                ? reached[i] || (i > 0 && next[i - 1])
                : i > 0 && reached[i - 1] && matches(name, parts[i - 1]);
      }
      reached = next;
    }
    return reached[parts.length];
  }

  private static boolean matches(String pattern, String name) {
    int p = 0;
    int star = -1;
    int tried = 0;
    for (int n = 0; n < name.length(); ) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        tried = n;
      } else if (p < pattern.length()
          && (pattern.charAt(p) == '?' || pattern.charAt(p) == name.charAt(n))) {
        p++;
        n++;
      } else if (star >= 0) {
        p = star + 1;
        n = ++tried;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  @Override
  public String toString() {
    return String.join("/", names);
  }
}
