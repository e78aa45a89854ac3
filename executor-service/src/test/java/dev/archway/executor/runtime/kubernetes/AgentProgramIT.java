package dev.archway.executor.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent itself, compiled here and talked to as an executor does, without a cluster. */
final class AgentProgramIT {
  private final List<Process> processes = new ArrayList<>();

  @TempDir Path home;
  private Path agent;
  private Path pod;

  @BeforeEach
  void compile() throws Exception {
    agent = home.resolve("program");
    pod = Files.createDirectory(home.resolve("pod"));
    assumeThat(Path.of("/usr/bin/gcc")).as("a C compiler").exists();
    assertThat(start("gcc", "-O2", "-o", agent.toString(), "../deploy/images/agent.c").waitFor())
        .isZero();
  }

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
  }

  private Process start(String... words) throws IOException {
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    processes.add(process);
    return process;
  }

  /** One frame: what, about, and its bytes as text. */
  private record Frame(String what, String about, String text) {}

  private static Frame read(DataInputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      assertThat(b).as("after \"%s\"", head).isNotNegative();
      head.append((char) b);
    }
    String[] words = head.toString().split(" ", 3);
    byte[] bytes = in.readNBytes(Integer.parseInt(words[2]));
    return new Frame(words[0], words[1], new String(bytes, StandardCharsets.UTF_8));
  }

  private List<Frame> talk(int answers, String... requests) throws IOException {
    Process talk = start(agent.toString(), "talk", pod.toString());
    OutputStream out = talk.getOutputStream();
    for (String request : requests) {
      out.write((request + "\n").getBytes(StandardCharsets.UTF_8));
    }
    out.flush();
    DataInputStream in = new DataInputStream(talk.getInputStream());
    assertThat(read(in).what()).isEqualTo("ready");
    List<Frame> frames = new ArrayList<>();
    while (frames.size() < answers) {
      Frame frame = read(in);
      if (!frame.what().equals("beat")) {
        frames.add(frame);
      }
    }
    return frames;
  }

  private void step(String name, String... words) throws Exception {
    assertThat(start(agent.toString(), "install", pod.toString(), name).waitFor()).isZero();
    Path folder = pod.resolve("steps").resolve(name);
    Files.writeString(folder.resolve("env"), "");
    Files.writeString(folder.resolve("argv"), String.join("\0", words) + "\0");
    Files.writeString(folder.resolve("go"), "");
    Process step = start(agent.toString(), "step", folder.toString());
    assertThat(step.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aProgramThatRunsIsToldBeforeItsEndAndOneThatCannotIsNot() throws Exception {
    step("good", "sh", "-c", "exit 3");
    assertThat(talk(2, "follow good 0"))
        .containsExactly(new Frame("running", "good", ""), new Frame("exit", "good", "3"));
    step("bad", "/no/such/program");
    assertThat(talk(1, "follow bad 0"))
        .containsExactly(
            new Frame("exit", "bad", "refused /no/such/program: No such file or directory"));
  }

  @Test
  void filesOfTheWorkspaceAreFoundAndReadAndNoLinkIsFollowed() throws Exception {
    Path workspace = Files.createDirectories(home.resolve("w"));
    Files.createDirectories(workspace.resolve("a/b c"));
    Files.writeString(workspace.resolve("a/b c/one two.xml"), "<x/>");
    Files.writeString(workspace.resolve("a/other.txt"), "");
    Path secret = Files.writeString(home.resolve("secret.xml"), "secret");
    Files.createSymbolicLink(workspace.resolve("a/link.xml"), secret);
    Files.createSymbolicLink(workspace.resolve("up"), home);
    assertThat(start("mkfifo", workspace.resolve("a/pipe.xml").toString()).waitFor()).isZero();
    String in = workspace + "\t";
    Frame one = new Frame("found", "-", "a/b c/one two.xml\n");
    Frame nothing = new Frame("found", "-", "");
    Frame none = new Frame("none", "-", "");
    assertThat(
            talk(
                13,
                "find " + in + "\t.xml",
                "find " + in + "a\t.xml",
                "find " + in + "a/b c\txml",
                "find " + in + "up\t",
                "find " + in + "..\t",
                "find " + in + "a/../..\t",
                "piece 0 " + in + "a/b c/one two.xml",
                "piece 2 " + in + "a/b c/one two.xml",
                "piece 4 " + in + "a/b c/one two.xml",
                "piece 0 " + in + "a/link.xml",
                "piece 0 " + in + "up/secret.xml",
                "piece 0 " + in + "a/pipe.xml",
                "piece 0 " + in + "../secret.xml"))
        .containsExactly(
            one,
            one,
            one,
            nothing,
            nothing,
            nothing,
            new Frame("piece", "-", "<x/>"),
            new Frame("piece", "-", "/>"),
            new Frame("piece", "-", ""),
            none,
            none,
            none,
            none);
  }

  @Test
  void aLargeFileComesInPiecesAndALargeFolderInPart() throws Exception {
    Path workspace = Files.createDirectories(home.resolve("w"));
    Files.writeString(workspace.resolve("large"), "x".repeat(300_000));
    for (int i = 0; i < 1_001; i++) {
      Files.writeString(workspace.resolve(i + ".xml"), "");
    }
    List<Frame> frames =
        talk(
            4,
            "piece 0 " + workspace + "\tlarge",
            "piece 139264 " + workspace + "\tlarge",
            "piece 278528 " + workspace + "\tlarge",
            "find " + workspace + "\t\t.xml");
    assertThat(frames.subList(0, 3))
        .extracting(frame -> frame.text().length())
        .containsExactly(139_264, 139_264, 21_472);
    assertThat(frames.getLast().what()).isEqualTo("some");
    assertThat(frames.getLast().text().lines()).hasSize(1_000);
  }
}
