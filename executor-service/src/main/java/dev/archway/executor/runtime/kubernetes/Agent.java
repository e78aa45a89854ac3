package dev.archway.executor.runtime.kubernetes;

import dev.archway.executor.runtime.kubernetes.StepFiles.PodFile;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with the agent in a stage's pod: one exec stream for as long as the stage is
 * driven from here. When it breaks another is opened, which goes on at any byte of a log.
 * Thread-safe.
 */
final class Agent implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 20;

  /**
   * What the agent says: {@code running}, {@code log}, {@code exit}, {@code drained} of a step, or
   * an answer.
   */
  static final class Frame {
    private final String what;
    private final String about;
    private final byte[] bytes;

    Frame(String what, String about, byte[] bytes) {
      this.what = what;
      this.about = about;
      this.bytes = bytes;
    }

    /** One that the agent did not send: a word to whoever waits. */
    static Frame word(String what) {
      return new Frame(what, "", new byte[0]);
    }

    String what() {
      return what;
    }

    String about() {
      return about;
    }

    byte[] bytes() {
      return bytes;
    }

    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private final ExecWatch exec;
  private final OutputStream requests;
  private final BlockingQueue<Frame> answers = new ArrayBlockingQueue<>(256);
  private final Map<String, BlockingQueue<Frame>> followers = new ConcurrentHashMap<>();
  private volatile boolean broken;
  private volatile long heard = System.nanoTime();

  private Agent(ExecWatch exec) {
    this.exec = exec;
    this.requests = exec.getInput();
  }

  /** Opens one; the agent's container must be running. */
  static Agent open(KubernetesClient client, String namespace, String pod)
      throws IOException, InterruptedException {
    ExecWatch exec =
        client
            .pods()
            .inNamespace(namespace)
            .withName(pod)
            .inContainer(PodNames.AGENT)
            .redirectingInput()
            .redirectingOutput()
            .exec("/agent", "talk", PodNames.ROOT);
    Agent agent = new Agent(exec);
    var _ = Thread.ofVirtual().name("agent-" + pod).start(agent::listen);
    try {
      Frame ready = agent.answer();
      if (!ready.what().equals("ready")) {
        throw new IOException("the agent in pod %s says \"%s\"".formatted(pod, ready.what()));
      }
    } catch (IOException | InterruptedException e) {
      agent.close();
      throw e;
    }
    return agent;
  }

  private void listen() {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(exec.getOutput(), 64 * 1024))) {
      while (true) {
        Frame frame = read(in);
        heard = System.nanoTime();
        switch (frame.what()) {
          case "running", "log", "exit", "drained" -> {
            BlockingQueue<Frame> queue = followers.get(frame.about());
            if (queue != null) {
              queue.put(frame);
            }
          }
          case "beat" -> {}
          default -> answers.put(frame);
        }
      }
    } catch (IOException _) {
      breakOff();
    } catch (InterruptedException _) {
      breakOff();
      Thread.currentThread().interrupt();
    }
  }

  private void breakOff() {
    broken = true;
    exec.close();
    var _ = answers.offer(Frame.word("broken"));
    followers
        .values()
        .forEach(queue -> {
          var _ = queue.offer(Frame.word("broken"));
        });
  }

  private static Frame read(DataInputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0 || head.length() > 5000) {
        throw new EOFException();
      }
      head.append((char) b);
    }
    String[] words = head.toString().split(" ", 3);
    if (words.length != 3) {
      throw new IOException("not a frame: " + head);
    }
    byte[] bytes = new byte[Integer.parseInt(words[2])];
    in.readFully(bytes);
    return new Frame(words[0], words[1], bytes);
  }

  /** True when it is of no use any more: it broke off, or has been silent for too long. */
  boolean isBroken() {
    if (TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - heard) > PATIENCE_SECONDS) {
      breakOff();
    }
    return broken;
  }

  /**
   * Has a step's log from this byte on, and its end, put into the queue; blocks while it is full.
   */
  void follow(String step, long offset, BlockingQueue<Frame> queue) throws IOException {
    followers.put(step, queue);
    say("follow %s %d\n".formatted(step, offset));
  }

  void unfollow(String step) {
    followers.remove(step);
  }

  /** Asks for the rest of the log of a step whose container has ended without a word. */
  void drain(String step) throws IOException {
    say("drain " + step + "\n");
  }

  /**
   * Asks a step to end; the first reason that was given stays. Does not wait for an answer: who
   * follows a step that writes without end would never come to hear it.
   *
   * @param how {@code term} or {@code kill}
   */
  void end(String step, String how, String why) throws IOException {
    say("%s %s %s\n".formatted(how, step, why));
  }

  /** Has a step look at its folder. */
  void ring(String step) throws IOException {
    say("ring " + step + "\n");
  }

  void remove(String path) throws IOException {
    say("remove " + path + "\n");
  }

  /**
   * Brings a step's files and opens its gate, in one go and one round trip; does nothing when the
   * gate is open.
   *
   * @return what is written at the gate if it was open before, else null
   * @throws IOException when a file cannot be written; the gate stays shut
   */
  synchronized @Nullable String open(String step, List<PodFile> files, String go)
      throws IOException, InterruptedException {
    return bring(step, files, PodFile.of(PodNames.folder(step) + "/go", go));
  }

  /**
   * Brings a step's files while the one before still runs, so that that one opens the gate when it
   * succeeds; does nothing when the gate is open.
   *
   * @throws IOException when a file cannot be written; the gate stays shut
   */
  synchronized void ahead(String step, List<PodFile> files, String before)
      throws IOException, InterruptedException {
    var _ = bring(step, files, PodFile.of(PodNames.folder(before) + "/next", step));
  }

  private @Nullable String bring(String step, List<PodFile> files, PodFile last)
      throws IOException, InterruptedException {
    List<PodFile> all = new ArrayList<>(files);
    all.add(last);
    ByteArrayOutputStream requests = new ByteArrayOutputStream();
    requests.writeBytes(("gate " + step + "\n").getBytes(StandardCharsets.UTF_8));
    for (PodFile file : all) {
      requests.writeBytes(request(file));
    }
    requests.writeBytes(("ring " + step + "\n").getBytes(StandardCharsets.UTF_8));
    send(requests.toByteArray());
    Frame gate = answer();
    Frame refused = null;
    for (PodFile _ : all) {
      Frame answer = answer();
      refused = answer.what().equals("refused") ? answer : refused;
    }
    if (refused != null) {
      throw new IOException(
          "cannot write %s in the pod: %s".formatted(refused.about(), refused.text()));
    }
    return gate.what().equals("file") ? gate.text() : null;
  }

  private static byte[] request(PodFile file) {
    byte[] content = file.content().getBytes(StandardCharsets.UTF_8);
    byte[] head =
        "bring %s %o %d\n"
            .formatted(file.path(), file.mode(), content.length)
            .getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(head, head.length + content.length);
    System.arraycopy(content, 0, all, head.length, content.length);
    return all;
  }

  /** The first 32 KiB of a file; null when there is none. */
  synchronized @Nullable String read(String path) throws IOException, InterruptedException {
    say("read " + path + "\n");
    Frame answer = answer();
    return switch (answer.what()) {
      case "file" -> answer.text();
      case "none" -> null;
      default ->
          throw new IOException("cannot read %s in the pod: %s".formatted(path, answer.what()));
    };
  }

  /** What the agent answers to a request that is one line. */
  synchronized Frame ask(String line) throws IOException, InterruptedException {
    say(line);
    return answer();
  }

  private Frame answer() throws IOException, InterruptedException {
    Frame frame = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (frame == null || frame.what().equals("broken")) {
      breakOff();
      throw new IOException("the conversation with the pod's agent has broken off");
    }
    return frame;
  }

  private void say(String request) throws IOException {
    send(request.getBytes(StandardCharsets.UTF_8));
  }

  private void send(byte[] bytes) throws IOException {
    if (broken) {
      throw new IOException("the conversation with the pod's agent has broken off");
    }
    synchronized (requests) {
      requests.write(bytes);
      requests.flush();
    }
  }

  @Override
  public void close() {
    breakOff();
  }
}
