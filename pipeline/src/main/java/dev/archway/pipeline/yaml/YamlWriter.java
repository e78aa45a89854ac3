package dev.archway.pipeline.yaml;

import java.util.regex.Pattern;

/** Writes nodes as YAML that reads as the same nodes. Pure. */
public final class YamlWriter {
  /** What needs no quotes, wherever it stands. */
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z0-9_./<][A-Za-z0-9_./<>+=()@$' -]*(?<! )");

  private static final Pattern BLOCK =
      Pattern.compile("(?:[!-~][ -~]*\\n|\\n(?!\\z))*[!-~][ -~]*\\n?");

  private final StringBuilder out = new StringBuilder();

  private YamlWriter() {}

  /** A document of one key. */
  public static String write(String key, YamlNode value) {
    YamlWriter writer = new YamlWriter();
    writer.entry(key, value, 0);
    return writer.out.toString();
  }

  private void entry(String key, YamlNode value, int indent) {
    out.append(scalar(key, true)).append(':');
    below(value, indent);
  }

  /** What stands behind a key or a dash. */
  private void below(YamlNode value, int indent) {
    switch (value) {
      case YamlNode.Scalar(String text, boolean plain, _) -> block(text, plain, indent);
      case YamlNode.Sequence list when list.items().isEmpty() -> out.append(" []\n");
      case YamlNode.Mapping mapping when mapping.entries().isEmpty() -> out.append(" {}\n");
      case YamlNode.Sequence list -> {
        out.append('\n');
        for (YamlNode item : list.items()) {
          out.repeat(' ', indent + 2).append('-');
          if (item instanceof YamlNode.Mapping mapping && !mapping.entries().isEmpty()) {
            out.append(' ');
            entries(mapping, indent + 4, true);
          } else {
            below(item, indent + 2);
          }
        }
      }
      case YamlNode.Mapping mapping -> {
        out.append('\n');
        entries(mapping, indent + 2, false);
      }
    }
  }

  private void entries(YamlNode.Mapping mapping, int indent, boolean begun) {
    boolean here = begun;
    for (var entry : mapping.entries().entrySet()) {
      if (!here) {
        out.repeat(' ', indent);
      }
      here = false;
      entry(entry.getKey(), entry.getValue(), indent);
    }
  }

  private void block(String text, boolean plain, int indent) {
    if (text.indexOf('\n') < 0 || !BLOCK.matcher(text).matches()) {
      String written = scalar(text, plain);
      out.append(written.isEmpty() ? "" : " ").append(written).append('\n');
      return;
    }
    out.append(text.endsWith("\n") ? " |\n" : " |-\n");
    text.lines()
        .forEach(line -> {
          if (!line.isEmpty()) {
            out.repeat(' ', indent + 2).append(line);
          }
          out.append('\n');
        });
  }

  private static String scalar(String text, boolean plain) {
    if (plain && (text.isEmpty() || PLAIN.matcher(text).matches())) {
      return text;
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        default -> {
          boolean printable = (c >= ' ' && c < 0x7f) || Character.isSurrogate(c);
          quoted.append(printable ? String.valueOf(c) : "\\u%04x".formatted((int) c));
        }
      }
    }
    return quoted.append('"').toString();
  }
}
