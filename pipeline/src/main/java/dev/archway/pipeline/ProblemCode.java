package dev.archway.pipeline;

/**
 * What can be wrong with a pipeline. The code is stable and for programs; see {@code
 * docs/names.md}.
 */
public enum ProblemCode {
  /** The text is not YAML. */
  BAD_YAML("bad-yaml"),
  /** A key stands twice in one mapping. */
  DUPLICATE_KEY("duplicate-key"),
  /** More than is read: characters, depth or nodes. */
  TOO_LARGE("too-large"),
  /** A list, a mapping or a value stands where another kind is expected. */
  WRONG_KIND("wrong-kind"),
  /** A field that must be there is not, or is blank. */
  MISSING_FIELD("missing-field"),
  /** A key that nothing reads. */
  UNKNOWN_KEY("unknown-key"),
  /** A value that its field does not take. */
  BAD_VALUE("bad-value"),
  /** An identifier that is not one. */
  BAD_IDENTIFIER("bad-identifier"),
  /** Two stages, runs, variables or connectors, or two steps of a stage, with one identifier. */
  DUPLICATE_IDENTIFIER("duplicate-identifier"),
  /** A step type that Harness does not have either. */
  UNKNOWN_STEP_TYPE("unknown-step-type"),
  /** Harness has it, and leaving it out would change the result. */
  NOT_SUPPORTED("not-supported"),
  /** A connector that nobody configured. */
  UNKNOWN_CONNECTOR("unknown-connector"),
  /** A connector of another kind than the field needs. */
  WRONG_CONNECTOR("wrong-connector"),
  /** A runtime input without a value. */
  UNRESOLVED_INPUT("unresolved-input"),
  /** A value for an input that the pipeline does not ask for. */
  UNKNOWN_INPUT("unknown-input"),
  /** A template that was not given. */
  UNKNOWN_TEMPLATE("unknown-template"),
  /** An expression that is not known before the run. */
  UNSUPPORTED_EXPRESSION("unsupported-expression"),
  /** The connector does not take the stage's platform. */
  WRONG_PLATFORM("wrong-platform"),
  /** A stage to run that the pipeline does not have, or may not be picked. */
  UNKNOWN_STAGE("unknown-stage"),
  /** Two steps, or a step and an index, that push one tag. */
  TAG_CLASH("tag-clash"),
  /** A part of an index that no step pushes. */
  INDEX_PART_NOT_PUSHED("index-part-not-pushed");

  private final String code;

  ProblemCode(String code) {
    this.code = code;
  }

  /** As it stands in a finding. */
  public String code() {
    return code;
  }
}
