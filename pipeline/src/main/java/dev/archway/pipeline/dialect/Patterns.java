package dev.archway.pipeline.dialect;

/** How single values are written, in the part of the language that Java and ECMAScript share. */
public final class Patterns {
  /** Of pipelines, stages, steps and groups. */
  public static final String IDENTIFIER = "[a-zA-Z_][0-9a-zA-Z_]{0,127}";

  /** Harness's own pattern of a variable; wider than what a shell takes as a name. */
  public static final String VARIABLE = "[a-zA-Z_][0-9a-zA-Z_.$-]{0,127}";

  /** An Amazon region. */
  public static final String REGION = "[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}";

  /** An Amazon account. */
  public static final String ACCOUNT = "[0-9]{12}";

  static final String DURATION = "\\s*([0-9]{1,9}\\s*[wdhms]\\s*)+";
  static final String QUANTITY = "\\s*[0-9]+(\\.[0-9]+)?(m|[kKMGTPE]|[KMGTPE]i)?\\s*";
  static final String PLATFORM = "\\s*[^/]+/[^/]+(/[^/]+)?\\s*";

  private Patterns() {}
}
