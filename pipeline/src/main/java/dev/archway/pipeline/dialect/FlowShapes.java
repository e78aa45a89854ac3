package dev.archway.pipeline.dialect;

import static dev.archway.pipeline.dialect.Field.anything;
import static dev.archway.pipeline.dialect.Field.byType;
import static dev.archway.pipeline.dialect.Field.count;
import static dev.archway.pipeline.dialect.Field.object;
import static dev.archway.pipeline.dialect.Field.text;
import static dev.archway.pipeline.dialect.Field.texts;
import static dev.archway.pipeline.dialect.Field.word;
import static dev.archway.pipeline.dialect.Field.words;

import dev.archway.contract.plan.FailureStrategy.ErrorKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What decides whether something runs, how often, and what follows when it fails (Harness pages
 * "Define conditional executions", "Define a failure strategy on stages and steps" and "Use looping
 * strategies").
 */
public final class FlowShapes {
  /** Errors of Harness that nothing here can raise; a warning says so. */
  public static final List<String> NEVER_RAISED =
      List.of(
          "Verification",
          "DelegateProvisioning",
          "PolicyEvaluationFailure",
          "InputTimeoutError",
          "ApprovalRejection",
          "DelegateRestart",
          "UserMarkedFailure");

  /** The most attempts that {@code retryCount} may ask for. */
  public static final long MOST_RETRIES = 100;

  static final Shape.Keys WHEN_STAGE = when("WhenOfStage", "pipelineStatus");
  static final Shape.Keys WHEN_STEP = when("WhenOfStep", "stageStatus");

  /** Actions that have nothing to roll back in a CI stage. */
  public static final List<String> ROLLBACKS =
      List.of("StageRollback", "StepGroupRollback", "PipelineRollback");

  private static final List<String> ACTIONS =
      and(List.of("Ignore", "MarkAsSuccess", "MarkAsFailure", "Abort"), ROLLBACKS);

  private static final Shape.Keys UNANSWERED_AFTER_RETRIES =
      action("ActionUnansweredAfterRetries", "What happens at once.", ACTIONS, Map.of());

  private static final Shape.Keys AFTER_RETRIES =
      action(
          "ActionAfterRetries",
          "What happens then.",
          and(ACTIONS, List.of("ManualIntervention")),
          Map.of(
              "ManualIntervention",
              manual("ManualInterventionAfterRetries", () -> UNANSWERED_AFTER_RETRIES)));

  private static final Shape.Keys ON_RETRY_FAILURE =
      Shape.of("OnRetryFailure", "What happens when every attempt has failed.")
          .with(object("action", "What happens.", () -> AFTER_RETRIES).needed());

  private static final Shape.Keys RETRY =
      Shape.of("Retry", "How often, and when.")
          .with(
              count("retryCount", 1, MOST_RETRIES, "How often it is tried again.").needed(),
              texts(
                      "retryIntervals",
                      "How long to wait before each attempt; the last counts for the rest.")
                  .of(new Kind.Texts(new Kind.Text(Form.DURATION), true)),
              text("condition", "An expression; it is tried again while that is true."),
              object(
                  "onRetryFailure",
                  "What happens when every attempt has failed.",
                  () -> ON_RETRY_FAILURE));

  private static final Shape.Keys UNANSWERED =
      action(
          "ActionUnanswered",
          "What happens at once.",
          and(ACTIONS, List.of("Retry")),
          Map.of("Retry", RETRY));

  private static final Shape.Keys ACTION =
      action(
          "Action",
          "What happens.",
          and(ACTIONS, List.of("Retry", "ManualIntervention", "ProceedWithDefaultValues")),
          Map.of(
              "Retry",
              RETRY,
              "ManualIntervention",
              manual("ManualIntervention", () -> UNANSWERED)));

  private static final Shape.Keys ON_FAILURE =
      Shape.of("OnFailure", "Which errors, and what happens.")
          .with(
              words("errors", "The errors it is for.", errors()).needed(),
              object("action", "What happens.", () -> ACTION).needed());

  static final Shape.Keys FAILURE_STRATEGY =
      Shape.of("FailureStrategy", "What happens after some errors.")
          .with(object("onFailure", "Which errors, and what happens.", () -> ON_FAILURE).needed());

  /** What repeats some times or for each of a list. */
  public static final Shape.Keys REPEAT =
      Shape.of("Repeat", "Repeats for each of a list, or some times.")
          .with(
              anything("items", "A list, or an expression that gives one; read as <+repeat.item>."),
              count("times", 1, Long.MAX_VALUE, "How often."),
              count("maxConcurrency", "How many run at once; all where it is absent."),
              text("nodeName", "The runs' name, with expressions."))
          .oneOf("items", "times");

  /** What repeats for each combination; all other keys are its lists. */
  public static final Shape.Keys MATRIX =
      Shape.of("Matrix", "Repeats for each combination of its lists; read as <+matrix.NAME>.")
          .with(
              anything("exclude", "Combinations to leave out."),
              count("maxConcurrency", "How many run at once; all where it is absent."),
              text("nodeName", "The runs' name, with expressions."))
          .opened();

  /** What repeats a stage, group or step. */
  public static final Shape.Keys STRATEGY =
      Shape.of("Strategy", "Repeats what it stands in.")
          .with(
              object("matrix", "For each combination of lists.", () -> MATRIX),
              object("repeat", "For each of a list, or some times.", () -> REPEAT),
              count("parallelism", 1, Long.MAX_VALUE, "So often at the same time."),
              count("maxConcurrency", "How many run at once; all where it is absent."),
              word("onFailure", "What is done anyway.", List.of("RunAll")))
          .oneOf("matrix", "repeat", "parallelism");

  private FlowShapes() {}

  private static List<String> and(List<String> words, List<String> more) {
    return Stream.concat(words.stream(), more.stream()).toList();
  }

  /** Nobody is asked: what would happen without an answer happens at once. */
  private static Shape.Keys manual(String name, Supplier<Shape.Keys> action) {
    Shape.Keys onTimeout =
        Shape.of(name + "OnTimeout", "What happens without an answer, which is at once.")
            .with(object("action", "What happens.", action).needed());
    return Shape.of(name, "Accepted with a warning: nobody is asked.")
        .with(
            text("timeout", Form.DURATION, "How long Harness would wait for an answer.").needed(),
            object("onTimeout", "What happens without an answer.", () -> onTimeout).needed());
  }

  private static List<String> errors() {
    List<String> words = new ArrayList<>();
    for (ErrorKind kind : ErrorKind.values()) {
      words.add(kind.word());
    }
    words.addAll(NEVER_RAISED);
    return words;
  }

  private static Shape.Keys when(String name, String statusKey) {
    return Shape.of(name, "Whether it runs.")
        .with(
            word(statusKey, "How it must have gone so far.", List.of("Success", "Failure", "All"))
                .needed(),
            text("condition", "An expression that must be true as well."));
  }

  private static Shape.Keys action(
      String name, String about, List<String> types, Map<String, Shape.Keys> specs) {
    return Shape.of(name, about)
        .with(
            word("type", "What happens; the rollbacks are MarkAsFailure here.", types).needed(),
            byType("spec", "More of Retry and ManualIntervention; not read for others.", specs));
  }
}
