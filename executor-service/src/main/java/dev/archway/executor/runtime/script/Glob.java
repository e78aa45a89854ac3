package dev.archway.executor.runtime.script;

import java.util.ArrayList;
import java.util.List;

/**
 * A pattern of paths, as {@code find -regextype posix-extended} reads it: {@code *} and {@code ?}
 * stay in one folder, {@code **} goes through any number of them, {@code [abc]} and {@code {a,b}}
 * choose. A path without a pattern means the file, or all that is in the folder. Pure.
 *
 * @param start the deepest folder that has all that may match
 * @param regex matches a whole path
 */
record Glob(String start, String regex) {
  private static final String MAGIC = "*?[{";

  static Glob of(String written) {
    boolean plain = written.chars().noneMatch(c -> MAGIC.indexOf(c) >= 0);
    if (plain) {
      return written.equals(".")
          ? new Glob("", ".*")
          : new Glob(written, regex(written) + "(/.*)?");
    }
    List<String> start = new ArrayList<>();
    for (String part : written.split("/", -1)) {
      if (part.chars().anyMatch(c -> MAGIC.indexOf(c) >= 0)) {
        break;
      }
      start.add(part);
    }
    return new Glob(String.join("/", start), regex(written));
  }

  private static String regex(String written) {
    StringBuilder regex = new StringBuilder();
    int depth = 0;
    for (int i = 0; i < written.length(); i++) {
      char c = written.charAt(i);
      int close = c == '[' ? written.indexOf(']', i + 2) : -1;
      if (written.startsWith("**/", i)) {
        regex.append("(.*/)?");
        i += 2;
      } else if (written.startsWith("**", i)) {
        regex.append(".*");
        i++;
      } else if (c == '*') {
        regex.append("[^/]*");
      } else if (c == '?') {
        regex.append("[^/]");
      } else if (close > 0) {
        String set = written.substring(i + 1, close);
        regex.append('[').append(set.startsWith("!") ? "^" + set.substring(1) : set).append(']');
        i = close;
      } else if (c == '{' && written.indexOf('}', i) > 0) {
        depth++;
        regex.append('(');
      } else if (c == '}' && depth > 0) {
        depth--;
        regex.append(')');
      } else if (c == ',' && depth > 0) {
        regex.append('|');
      } else {
        regex.append(".()[]{}+^$|\\".indexOf(c) >= 0 ? "\\" + c : String.valueOf(c));
      }
    }
    return regex.toString();
  }
}
