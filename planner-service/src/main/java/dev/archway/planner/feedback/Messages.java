package dev.archway.planner.feedback;

import dev.archway.contract.event.ExecutionEvent;
import dev.archway.contract.failure.Failure;
import dev.archway.contract.plan.Notification;
import dev.archway.contract.plan.Notification.Event;
import dev.archway.contract.status.Status;
import dev.archway.planner.machine.Origin;
import dev.archway.planner.machine.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Decides what is told outside of what happens to an execution. Pure. */
final class Messages {
  private static final int LONGEST_ERROR = 1_000;

  private Messages() {}

  /**
   * A message in its lane.
   *
   * @param lane messages of one lane are told one after the other
   */
  record Laned(String lane, Message message) {}

  static List<Laned> of(Request request, ExecutionEvent event) {
    List<Laned> messages = new ArrayList<>();
    Message.About about =
        new Message.About(
            request.id(),
            request.plan().org(),
            request.plan().project(),
            request.plan().pipeline(),
            request.plan().name(),
            request.sequence());
    Origin origin = request.origin();
    if (origin != null && origin.commit() != null) {
      Message.CommitStatus status = status(about, origin.commit(), event);
      if (status != null) {
        messages.add(new Laned(request.id() + "/commit", status));
      }
    }
    List<Notification> rules = request.plan().notifications();
    for (int i = 0; i < rules.size(); i++) {
      Message.Notice notice = notice(about, request, rules.get(i), event);
      if (notice != null) {
        messages.add(new Laned(request.id() + "/rule/" + i, notice));
      }
    }
    return messages;
  }

  private static Message.@Nullable CommitStatus status(
      Message.About about, Origin.Reported commit, ExecutionEvent event) {
    return switch (event) {
      case ExecutionEvent.ExecutionQueued _ ->
          new Message.CommitStatus(
              about, commit, Status.QUEUED, "#%d is on its way".formatted(about.number()));
      case ExecutionEvent.ExecutionFinished finished ->
          new Message.CommitStatus(
              about,
              commit,
              finished.status(),
              "#%d: %s%s"
                  .formatted(
                      about.number(), finished.status().word(), reason(finished.failure(), ", ")));
      default -> null;
    };
  }

  private static Message.@Nullable Notice notice(
      Message.About about, Request request, Notification rule, ExecutionEvent event) {
    return switch (event) {
      case ExecutionEvent.ExecutionQueued queued ->
          wanted(rule, null, Event.PIPELINE_START)
              ? new Message.Notice(
                  about,
                  rule.method(),
                  "PipelineStart",
                  Status.QUEUED,
                  null,
                  null,
                  null,
                  queued.at())
              : null;
      case ExecutionEvent.ExecutionFinished finished -> {
        boolean well = finished.status() == Status.SUCCESS;
        Event how = well ? Event.PIPELINE_SUCCESS : Event.PIPELINE_FAILED;
        yield wanted(rule, null, how, Event.PIPELINE_END)
            ? new Message.Notice(
                about,
                rule.method(),
                wanted(rule, null, how)
                    ? (well ? "PipelineSuccess" : "PipelineFailed")
                    : "PipelineEnd",
                finished.status(),
                null,
                null,
                error(finished.failure()),
                finished.at())
            : null;
      }
      case ExecutionEvent.StageChanged stage -> {
        Event how =
            switch (stage.status()) {
              case RUNNING -> Event.STAGE_START;
              case SUCCESS -> Event.STAGE_SUCCESS;
              case FAILED, EXPIRED -> Event.STAGE_FAILED;
              case QUEUED, ABORTED, SKIPPED, IGNORE_FAILED -> null;
            };
        yield how != null && wanted(rule, identifier(request, stage.stage()), how)
            ? new Message.Notice(
                about,
                rule.method(),
                switch (how) {
                  case STAGE_START -> "StageStart";
                  case STAGE_SUCCESS -> "StageSuccess";
                  default -> "StageFailed";
                },
                stage.status(),
                stage.stage(),
                null,
                error(stage.failure()),
                stage.at())
            : null;
      }
      case ExecutionEvent.StepChanged step ->
          (step.status() == Status.FAILED || step.status() == Status.EXPIRED)
                  && wanted(rule, identifier(request, step.stage()), Event.STEP_FAILED)
              ? new Message.Notice(
                  about,
                  rule.method(),
                  "StepFailed",
                  step.status(),
                  step.stage(),
                  step.step(),
                  null,
                  step.at())
              : null;
      case ExecutionEvent.IndexChanged _ -> null;
    };
  }

  private static String identifier(Request request, String run) {
    return request.plan().stages().stream()
        .filter(stage -> stage.id().equals(run))
        .map(stage -> stage.identifier())
        .findFirst()
        .orElse(run);
  }

  private static boolean wanted(Notification rule, @Nullable String stage, Event... events) {
    return rule.on().stream()
        .filter(on -> stage == null || on.stages().isEmpty() || on.stages().contains(stage))
        .anyMatch(on -> on.event() == Event.ALL || List.of(events).contains(on.event()));
  }

  private static @Nullable String error(@Nullable Failure failure) {
    return failure == null ? null : reason(failure, "");
  }

  private static String reason(@Nullable Failure failure, String before) {
    if (failure == null) {
      return "";
    }
    String message = Objects.requireNonNullElse(failure.message(), "");
    return before
        + (message.length() > LONGEST_ERROR ? message.substring(0, LONGEST_ERROR) + "…" : message);
  }
}
