package dev.archway.executor.runtime.kubernetes;

import dev.archway.contract.event.LogChunk.Line;
import dev.archway.contract.plan.StepPlan;
import dev.archway.contract.plan.StepPlan.BuildAndPush;
import dev.archway.contract.plan.StepPlan.Run;
import dev.archway.executor.runtime.LogSink;
import dev.archway.executor.runtime.StageSpec;
import dev.archway.executor.runtime.StartFailure;
import dev.archway.executor.runtime.StepResult;
import dev.archway.executor.runtime.StepResult.NotStarted;
import dev.archway.executor.runtime.StepSpec;
import dev.archway.executor.runtime.StopRequest;
import dev.archway.executor.runtime.kubernetes.Agent.Frame;
import dev.archway.executor.runtime.log.LogParser;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One step followed to its end, wherever it stands. What it has read of the log stays with it when
 * the conversation with the pod breaks off, so that it goes on at the next byte. Used by one
 * thread.
 */
final class StepRun {
  /** How long the node may take to say how a container ended. */
  private static final Duration STATUS_GRACE = Duration.ofSeconds(10);

  /** How long after a container's end its own word may still be on its way. */
  private static final Duration LAST_WORD = Duration.ofSeconds(2);

  /** What follows the exit code of a step that has opened the next one's gate. */
  private static final String NEXT = " next";

  private static final Frame WAKE = Frame.word("wake");

  private final StagePod pod;
  private final StageSpec stage;
  private final StepSpec spec;
  private final String container;
  private final String name;
  private final String folder;
  private final StepFiles files;
  private final LogSink sink;
  private final Runnable running;
  private final Clock clock;
  private final Ending ending;
  private final StopRequest stop;
  private final StartWait start;
  private final StepEnd end;
  private final BlockingQueue<Frame> frames = new ArrayBlockingQueue<>(64);
  private final LogParser parser = new LogParser.Chunks();
  private long offset;
  private boolean tried;
  private boolean joined;

  StepRun(
      StagePod pod,
      StageSpec stage,
      StepSpec spec,
      StepFiles files,
      KubernetesSettings settings,
      LogSink sink,
      Runnable running,
      StopRequest stop,
      Clock clock) {
    this.pod = pod;
    this.stage = stage;
    this.spec = spec;
    this.container =
        PodNames.container(stage.stage().steps().indexOf(step(stage, spec)), spec.plan().id());
    this.name = spec.name();
    this.folder = PodNames.folder(name);
    this.files = files;
    this.sink = sink;
    this.running = running;
    this.clock = clock;
    this.ending = new Ending(spec, stop, clock);
    this.stop = stop;
    this.end = new StepEnd(pod, stage, spec);
    this.start = new StartWait(spec.plan().id(), settings.initTimeout(), clock);
  }

  /** The plan may have been filled in since the pod was made; its id stays. */
  private static StepPlan step(StageSpec stage, StepSpec spec) {
    return stage.stage().steps().stream()
        .filter(s -> s.id().equals(spec.plan().id()))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Goes on to the step's end.
   *
   * @throws IOException when the conversation broke off; calling again goes on
   */
  StepResult proceed() throws IOException, InterruptedException {
    StepResult hindered = pod.ensure();
    if (hindered != null) {
      return gone(hindered);
    }
    Runnable wake =
        () -> {
          var _ = frames.offer(WAKE);
        };
    pod.view().subscribe(wake);
    stop.subscribe(wake);
    Agent agent = null;
    try {
      for (StepResult early = waits(); agent == null; early = waits()) {
        if (early != null) {
          return early;
        }
        Agent talking = pod.state(PodNames.AGENT) instanceof PodState.Running ? pod.agent() : null;
        PodState own = pod.state(container);
        if (talking != null && (own instanceof PodState.Running || own instanceof PodState.Ended)) {
          agent = talking;
        } else {
          await();
        }
      }
      frames.clear();
      agent.follow(name, offset, frames);
      open(agent);
      Agent open = agent;
      var _ = Thread.ofVirtual().name("ahead-" + name).start(() -> ahead(open));
      return follow(agent);
    } finally {
      if (agent != null) {
        agent.unfollow(name);
      }
      stop.unsubscribe(wake);
      pod.view().unsubscribe(wake);
    }
  }

  private void await() throws InterruptedException {
    var _ = frames.poll(ending.patience().toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Why a step whose container does not run yet will not start; null when it still may. */
  private @Nullable StepResult waits() {
    return start.verdict(pod.state(PodNames.AGENT), pod.state(container), ending.due());
  }

  /** Brings what the step needs and opens its gate, unless it has been opened before. */
  private void open(Agent agent) throws IOException, InterruptedException {
    // Before anything is resolved for a step that may long be running.
    String opened =
        pod.isFound() || pod.hasBegun(name) || tried ? agent.read(folder + "/go") : null;
    tried = true;
    Instant now = clock.instant();
    if (opened != null) {
      // The last ring may never have come.
      agent.ring(name);
    } else if (ending.due() != null) {
      return;
    } else {
      opened = agent.open(name, files.of(spec.plan(), name), now.toString());
    }
    joined = opened != null;
    ending.started(opened == null ? now : Instant.parse(opened));
  }

  /**
   * Brings what the following steps need, so that each opens the gate of the next: as far as a
   * step's exit code alone decides whether the next one runs, nothing is read of what it leaves in
   * the workspace, and the next one gets nothing that it must not see. The step's log does not wait
   * for this.
   */
  private void ahead(Agent agent) {
    StepPlan before = spec.plan();
    String gate = name;
    try {
      for (Run next : spec.next()) {
        boolean readLater = before instanceof Run run && !run.reports().isEmpty();
        if (readLater || before instanceof BuildAndPush || next.command() == null) {
          return;
        }
        if (!pod.isLinked(gate)) {
          agent.ahead(next.id(), files.of(next, next.id()), gate);
          pod.linked(gate);
        }
        before = next;
        gate = next.id();
      }
    } catch (IOException | RuntimeException e) {
      // When its turn comes it is brought again, and then what hinders it is told.
      System.getLogger(StepRun.class.getName())
          .log(System.Logger.Level.DEBUG, "{0}: {1}", stage.key(), e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private StepResult follow(Agent agent) throws IOException, InterruptedException {
    Instant endedSince = null;
    boolean draining = false;
    while (true) {
      Frame frame = frames.poll(ending.patience().toMillis(), TimeUnit.MILLISECONDS);
      String what = frame == null ? "wake" : frame.what();
      if (frame != null && what.equals("log")) {
        read(frame.bytes());
        // A step that writes without end has an end all the same.
        if (ending.enforce(agent)) {
          pod.delete(0);
        }
        continue;
      }
      if (what.equals("running")) {
        running.run();
        continue;
      }
      if (frame != null && what.equals("exit")) {
        return ended(agent, frame.text());
      }
      if (what.equals("drained")) {
        return silent(agent);
      }
      if (what.equals("broken") || agent.isBroken()) {
        throw new IOException("the conversation with the pod's agent has broken off");
      }
      PodState own = pod.state(container);
      switch (own) {
        case PodState.Lost(String detail) -> {
          return gone(new StepResult.Lost(detail));
        }
        case PodState.Ended _ -> {
          Instant now = clock.instant();
          if (endedSince == null) {
            endedSince = now;
          } else if (!draining && Duration.between(endedSince, now).compareTo(LAST_WORD) > 0) {
            agent.drain(name);
            draining = true;
          }
          continue;
        }
        case PodState.Waiting _, PodState.NoImage _, PodState.Refused _ -> {
          StepResult early = waits();
          if (early != null) {
            return early;
          }
          continue;
        }
        case PodState.Running _ -> {}
      }
      if (ending.enforce(agent)) {
        pod.delete(0);
      }
    }
  }

  private void read(byte[] bytes) throws InterruptedException {
    List<Line> lines = new ArrayList<>();
    parser.feed(bytes, bytes.length, lines::add);
    offset += bytes.length;
    hand(lines);
  }

  private void finishLog() throws InterruptedException {
    List<Line> lines = new ArrayList<>();
    parser.finish(lines::add);
    hand(lines);
  }

  private void hand(List<Line> lines) throws InterruptedException {
    if (!lines.isEmpty()) {
      sink.accept(List.copyOf(lines));
    }
  }

  /** The step's own process said how it ended. */
  private StepResult ended(Agent agent, String text) throws IOException, InterruptedException {
    // A step whose successor goes on has ended well, whatever was asked of it since.
    boolean goesOn = text.endsWith(NEXT);
    if (goesOn && !spec.next().isEmpty()) {
      pod.begun(spec.next().getFirst().id());
    } else if (joined || ending.begun()) {
      StepResult killed = ending.result(agent.read(folder + "/killed"));
      if (killed != null) {
        finishLog();
        return killed;
      }
    }
    if (text.startsWith("refused ")) {
      finishLog();
      return new NotStarted(
          StartFailure.INVALID_SPEC,
          "cannot start the step: %s; name an image that has the step's shell"
              .formatted(text.substring("refused ".length())));
    }
    int code = Integer.parseInt(goesOn ? text.substring(0, text.length() - NEXT.length()) : text);
    StepResult lost = lost(code);
    if (lost != null) {
      return gone(lost);
    }
    StepResult result = outOfMemory(code);
    if (result == null) {
      result = end.of(agent, code);
    }
    for (String path : StepFiles.secrets(spec.plan(), name)) {
      agent.remove(path);
    }
    finishLog();
    return result;
  }

  /**
   * A pod that goes away takes its steps with it, and the signal's exit code may be told before the
   * deletion is: whoever failed is asked about once more. Null when the failure is the step's own.
   */
  private StepResult.@Nullable Lost lost(int code) throws InterruptedException {
    if (code == 0) {
      return null;
    }
    Instant patience = clock.instant().plus(signalled(code) ? LAST_WORD : Duration.ZERO);
    while (true) {
      pod.look();
      if (pod.state(container) instanceof PodState.Lost(String detail)) {
        return new StepResult.Lost(detail);
      }
      if (!clock.instant().isBefore(patience)) {
        return null;
      }
      var _ = frames.poll(500, TimeUnit.MILLISECONDS);
    }
  }

  /** True for the exit codes of SIGKILL and SIGTERM, which is how a node ends a pod. */
  private static boolean signalled(int code) {
    return code == 128 + 9 || code == 128 + 15;
  }

  /** Asks the node, which alone knows; only a failed step with a limit has to wait for it. */
  private @Nullable StepResult outOfMemory(int code) throws InterruptedException {
    Long limit = PodTemplate.resources(spec.plan()).memoryBytes();
    // A container that waits for another attempt has not ended, and so was not killed.
    boolean ends =
        code == 128 + 9 || spec.attempt() >= Attempts.of(stage.stage(), spec.plan().id());
    if (code == 0 || limit == null || !ends) {
      return null;
    }
    Instant patience = clock.instant().plus(STATUS_GRACE);
    while (clock.instant().isBefore(patience)) {
      if (pod.state(container) instanceof PodState.Ended(int _, String reason, String _)) {
        return reason.equals("OOMKilled") ? new StepResult.OutOfMemory(limit, code) : null;
      }
      var _ = frames.poll(100, TimeUnit.MILLISECONDS);
    }
    return null;
  }

  /**
   * The container ended and its first process said nothing: it was killed, or never got that far.
   */
  private StepResult silent(Agent agent) throws IOException, InterruptedException {
    finishLog();
    StepResult killed = ending.result(agent.read(folder + "/killed"));
    if (killed != null) {
      return killed;
    }
    if (!(pod.state(container)
        instanceof PodState.Ended(int code, String reason, String message))) {
      return new StepResult.Lost("the container's end is unknown");
    }
    Long limit = PodTemplate.resources(spec.plan()).memoryBytes();
    if (reason.equals("OOMKilled") && limit != null) {
      return new StepResult.OutOfMemory(limit, code);
    }
    if (spec.attempt() > 1 && agent.read(folder + "/started") == null) {
      return new NotStarted(
          StartFailure.ENGINE,
          "cannot try step %s again: its container ended with the last attempt: %s"
              .formatted(spec.plan().id(), reason));
    }
    if (agent.read(folder + "/started") == null) {
      return new NotStarted(
          StartFailure.INVALID_SPEC,
          "cannot start the step's container: %s %s".formatted(reason, message));
    }
    return new StepResult.Lost(
        "the container was killed from outside: %s, exit code %d %s"
            .formatted(reason, code, message));
  }

  /**
   * The pod is gone: by our own hand when the step would not end, else nobody knows how it ended.
   */
  private StepResult gone(StepResult otherwise) throws InterruptedException {
    finishLog();
    StepResult due = ending.due();
    return ending.begun() && due != null ? due : otherwise;
  }
}
