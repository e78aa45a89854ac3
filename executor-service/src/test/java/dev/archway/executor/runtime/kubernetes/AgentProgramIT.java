package dev.archway.executor.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** A step in its container, whose files have been brought and whose gate is shut. */
  private Process waiting(String shell, String environment, String script) throws Exception {
    assertThat(start(agent.toString(), "install", pod.toString(), "step").waitFor()).isZero();
    bring(shell, environment, script);
    return start(agent.toString(), "step", folder().toString());
  }

  private Path folder() {
    return pod.resolve("steps/step");
  }

  /** As the conversation does it: each file whole, the command last. */
  private void bring(String shell, String environment, String script) throws IOException {
    put("script.sh", script);
    put("env", environment);
    put("argv", shell + "\0-e\0" + folder().resolve("script.sh") + "\0");
  }

  private void put(String name, String content) throws IOException {
    Path part = Files.writeString(folder().resolve(name + ".part"), content);
    Files.move(part, folder().resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private void open(Process step) throws Exception {
    put("go", "");
    talk(0, "ring step");
    assertThat(step.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private void untilTheShellWaits() {
    Path script = folder().resolve("script.sh");
    await()
        .until(() ->
            ProcessHandle.allProcesses()
                .anyMatch(each ->
                    each.info().arguments().stream()
                        .flatMap(Arrays::stream)
                        .anyMatch(script.toString()::equals)));
  }

  private String output() throws IOException {
    // Each piece has a line of its own before it.
    return Files.readAllLines(folder().resolve("log")).stream()
        .filter(line -> !line.matches("\\S+Z std(out|err) [0-9]+"))
        .collect(Collectors.joining("\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sh", "bash"})
  void theShellOfABroughtStepWaitsAtItsGateAndSeesItsScriptAsAFile(String shell) throws Exception {
    Process step = waiting(shell, "X=7\0", "echo $X $SECONDS\ncat \"$0\"\nfalse\necho never\n");
    untilTheShellWaits();
    assertThat(folder().resolve("log")).doesNotExist();
    open(step);
    assertThat(output()).isEqualTo("7 0\necho $X $SECONDS\ncat \"$0\"\nfalse\necho never");
    assertThat(folder().resolve("exit")).content().isEqualTo("1");
    try (var files = Files.list(folder())) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "argv", "bell", "exit", "go", "log", "running", "script.sh", "started");
    }
  }

  @Test
  void whatIsBroughtAgainIsWhatRuns() throws Exception {
    Process step = waiting("sh", "X=7\0", "echo old $X\n");
    untilTheShellWaits();
    bring("sh", "X=8\0", "echo new $X\n");
    open(step);
    assertThat(output()).isEqualTo("new 8");
  }

  @Test
  void aShellThatWaitsEndsWithAStepThatIsNotToRun() throws Exception {
    Process step = waiting("sh", "", "echo never\n");
    untilTheShellWaits();
    List<ProcessHandle> shells = step.descendants().toList();
    talk(0, "term step stopped");
    assertThat(step.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(step.exitValue()).isEqualTo(143);
    assertThat(shells).isNotEmpty().noneMatch(ProcessHandle::isAlive);
    assertThat(folder().resolve("started")).doesNotExist();
  }

  @Test
  void aShellThatDiesBeforeItsGateOpensIsBegunAgain() throws Exception {
    Process step = waiting("sh", "", "echo on\n");
    untilTheShellWaits();
    step.descendants().forEach(ProcessHandle::destroyForcibly);
    await().until(() -> step.descendants().findAny().isEmpty());
    open(step);
    assertThat(output()).isEqualTo("on");
  }

  @Test
  void whatAShellReadsBeforeItsScriptIsNotReadAhead() throws Exception {
    Path first = home.resolve("first");
    Process step = waiting("bash", "BASH_ENV=" + first + "\0", "echo on\n");
    talk(0, "ring step");
    Files.writeString(first, "echo first\n");
    open(step);
    assertThat(output()).isEqualTo("first\non");
  }

  @Test
  void aLongScriptRunsAsAnyOther() throws Exception {
    Process step = waiting("sh", "", "#" + "x".repeat(5_000) + "\necho on\n");
    talk(0, "ring step");
    open(step);
    assertThat(output()).isEqualTo("on");
  }
}
