package dev.archway.contract.api;

import dev.archway.contract.failure.Failure;
import dev.archway.contract.failure.Problem;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.PushedImage;
import dev.archway.contract.image.Repository;
import dev.archway.contract.report.TestReport;
import dev.archway.contract.status.Status;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One execution as the API shows it.
 *
 * @param commit the one commit that every stage clones; null without a codebase
 * @param failure null unless it failed, expired or was aborted
 */
public record ExecutionView(
    ExecutionId id,
    String org,
    String project,
    String pipeline,
    String name,
    Status status,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable String refName,
    @Nullable String commit,
    @Nullable Failure failure,
    List<StageView> stages,
    List<IndexView> indexes,
    List<Problem> warnings) {

  /**
   * One stage run, as its newest attempt stands.
   *
   * @param connector the reference of the cluster or machine it runs on
   * @param runtime what runs it; null before it has started
   * @param emulated true when its platform is emulated
   * @param ignored fields of the placement that the runtime does not honour
   * @param ahead how many stage runs of its platform come before it, as pipelines take turns for
   *     the executors; null unless it waits for one
   */
  public record StageView(
      String id,
      String identifier,
      String name,
      Platform platform,
      String connector,
      int attempt,
      Status status,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt,
      @Nullable String runtime,
      boolean emulated,
      List<String> ignored,
      @Nullable Failure failure,
      List<StepView> steps,
      @Nullable Integer ahead) {}

  /**
   * One step.
   *
   * @param tests what its test reports say; null when it has none
   */
  public record StepView(
      String id,
      String name,
      String type,
      Status status,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt,
      @Nullable Integer exitCode,
      @Nullable Failure failure,
      List<PushedImage> images,
      long logLines,
      @Nullable TestReport tests) {}

  /** One image index. */
  public record IndexView(
      String id,
      Repository repository,
      List<String> tags,
      Status status,
      @Nullable Digest digest,
      List<Platform> platforms,
      List<String> missing,
      @Nullable Failure failure) {}
}
