package dev.archway.planner.feedback;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.plan.Notification;
import dev.archway.contract.status.Status;
import dev.archway.planner.machine.Origin;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Something to tell outside, as it waits in the database. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Message.CommitStatus.class, name = "CommitStatus"),
  @JsonSubTypes.Type(value = Message.Notice.class, name = "Notice")
})
sealed interface Message {
  /** What it is about. */
  About about();

  /**
   * An execution.
   *
   * @param pipeline the pipeline's identifier
   */
  record About(
      ExecutionId execution,
      String org,
      String project,
      String pipeline,
      String name,
      long number) {}

  /** How an execution of a commit stands. */
  record CommitStatus(About about, Origin.Reported commit, Status status, String text)
      implements Message {}

  /**
   * Something happened.
   *
   * @param event Harness's word, such as {@code PipelineFailed}
   * @param stage the stage run it happened to; null for the pipeline
   * @param step the step it happened to; null for others
   * @param error why something failed; null otherwise
   */
  record Notice(
      About about,
      Notification.Method method,
      String event,
      Status status,
      @Nullable String stage,
      @Nullable String step,
      @Nullable String error,
      Instant at)
      implements Message {
    /** One line for people. */
    String text() {
      String where =
          stage == null ? "" : ", stage " + stage + (step == null ? "" : ", step " + step);
      return "%s #%d%s: %s%s"
          .formatted(
              about.name(),
              about.number(),
              where,
              status == Status.QUEUED ? "started" : status.word(),
              error == null ? "" : " – " + error);
    }
  }
}
