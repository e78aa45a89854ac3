package dev.archway.cli;

import java.io.PrintWriter;
import java.util.List;

/** Where a command prints: results for programs and people, and remarks for people alone. */
final class Printer {
  private static final String[] COLOURS = {"36", "33", "35", "32", "34", "96", "93", "95"};

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean colours;

  Printer(PrintWriter out, PrintWriter err, boolean colours) {
    this.out = out;
    this.err = err;
    this.colours = colours;
  }

  void line(String line) {
    out.println(line);
    out.flush();
  }

  void remark(String line) {
    err.println(line);
    err.flush();
  }

  /** A line of a step's output; each stage has a colour of its own where the reader is a person. */
  void log(String stage, String step, String text) {
    String prefix = "%s | %s |".formatted(stage, step);
    if (colours) {
      String colour = COLOURS[Math.floorMod(stage.hashCode(), COLOURS.length)];
      prefix = "\u001b[%sm%s\u001b[0m".formatted(colour, prefix);
    }
    line(prefix + " " + text);
  }

  /** Columns as wide as their widest cell. */
  void table(List<List<String>> rows) {
    if (rows.isEmpty()) {
      return;
    }
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        text.append(row.get(i)).repeat(" ", widths[i] - row.get(i).length() + 2);
      }
      line(text.toString().stripTrailing());
    }
  }
}
