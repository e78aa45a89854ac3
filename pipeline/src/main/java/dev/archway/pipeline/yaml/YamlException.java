package dev.archway.pipeline.yaml;

/** Text that is not YAML, or more of it than is read. */
public final class YamlException extends Exception {
  private static final long serialVersionUID = 1L;
  private final String code;
  private final int line;
  private final int column;

  YamlException(String code, int line, int column, String message) {
    super(message);
    this.code = code;
    this.line = line;
    this.column = column;
  }

  /** {@code bad-yaml}, {@code duplicate-key} or {@code too-large}. */
  public String code() {
    return code;
  }

  /** Counted from 1. */
  public int line() {
    return line;
  }

  /** Counted from 1. */
  public int column() {
    return column;
  }
}
