package dev.archway.planner.submission;

import dev.archway.contract.api.Accepted;
import dev.archway.contract.api.Submission;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.status.Status;
import dev.archway.planner.machine.ExecutionMachine;
import dev.archway.planner.machine.ExecutionState;
import dev.archway.planner.machine.Request;
import dev.archway.planner.machine.Signal;
import dev.archway.planner.store.ExecutionStore;
import dev.archway.web.ProblemException;
import java.net.URI;
import java.time.Clock;
import java.util.Map;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.http.ResponseEntity;

/**
 * Starts executions: what people submit, what events start, and what is tried again. Thread-safe.
 */
public final class Executions {
  private final Submissions submissions;
  private final ExecutionMachine machine;
  private final ExecutionStore store;
  private final Clock clock;

  public Executions(
      Submissions submissions, ExecutionMachine machine, ExecutionStore store, Clock clock) {
    this.submissions = submissions;
    this.machine = machine;
    this.store = store;
    this.clock = clock;
  }

  /**
   * Starts what somebody submitted.
   *
   * @throws ProblemException 422 with all findings
   */
  public Request submit(Submission submission) {
    Request request = submissions.prepare(submission, clock.instant());
    return create(request);
  }

  /** Starts what was prepared. */
  public Request create(Request request) {
    create(request, ExecutionMachine.initial(request));
    return request;
  }

  /**
   * Starts what an event asks for, once: a second start of the same identity finds the first one's
   * execution.
   *
   * @throws ProblemException 422 with all findings
   */
  public ExecutionId start(Submission submission, Start start) {
    ExecutionId id = submissions.id(start);
    if (store.exists(id)) {
      return id;
    }
    Request request = submissions.prepare(submission, start, clock.instant());
    try {
      create(request, ExecutionMachine.initial(request));
    } catch (DuplicateKeyException e) {
      if (!store.exists(id)) {
        throw e;
      }
    }
    return id;
  }

  /** The id of what {@code start} starts. */
  public ExecutionId id(Start start) {
    return submissions.id(start);
  }

  /** True when {@code start} has started its execution already. */
  public boolean started(Start start) {
    return store.exists(submissions.id(start));
  }

  /** Stops the older executions of the same line that have not ended. */
  public void supersede(ExecutionId newest) {
    for (ExecutionId older : store.superseded(newest)) {
      Signal stop = new Signal.AbortRequested(clock.instant(), "the newer execution " + newest);
      store.change(older, (request, state) -> machine.decide(request, state, stop));
    }
  }

  /**
   * Runs an execution again from what did not succeed; what succeeded keeps its outputs and images.
   *
   * @throws ProblemException 404 for an unknown one, 409 for one that goes on or has nothing to run
   *     again
   */
  public Request retry(ExecutionId id) {
    ExecutionStore.Stored ended =
        store
            .find(id)
            .orElseThrow(() ->
                new ProblemException(
                    404,
                    "Not found",
                    "no execution \"%s\" (expected: one that GET /api/v1/executions lists)"
                        .formatted(id)));
    Status status = ended.state().status();
    if (!status.ended() || status == Status.SUCCESS) {
      throw new ProblemException(
          409,
          "Nothing to retry",
          "cannot retry execution %s: it is %s (expected: Failed, Aborted or Expired)"
              .formatted(id, status.word()));
    }
    Request again = submissions.again(ended.request(), clock.instant());
    create(again, ExecutionMachine.resumed(again, ended.state()));
    return again;
  }

  private void create(Request request, ExecutionState initial) {
    store.create(
        request,
        numbered -> machine.decide(numbered, initial, new Signal.Submitted(numbered.createdAt())));
  }

  /** What whoever asked for an execution is told. */
  public ResponseEntity<Accepted> accepted(Request request) {
    String self = "/api/v1/executions/" + request.id();
    return ResponseEntity.accepted()
        .location(URI.create(self))
        .body(
            new Accepted(
                request.id(),
                Status.QUEUED,
                request.warnings(),
                Map.of(
                    "self",
                    self,
                    "events",
                    self + "/events",
                    "logs",
                    self + "/logs",
                    "abort",
                    self + "/abort")));
  }
}
