package dev.archway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FreePortsTest {
  @Test
  void portsAreDifferentAndNoneThatTheSystemGivesToOthersByItself() {
    assertThat(FreePorts.find(200))
        .doesNotHaveDuplicates()
        .allSatisfy(port -> assertThat(port).isBetween(20_000, 29_999));
  }

  @Test
  void portsAreNotFoundTwiceAlthoughNobodyListensYet() {
    List<Integer> all = new ArrayList<>(FreePorts.find(500));
    all.addAll(FreePorts.find(500));
    assertThat(all).doesNotHaveDuplicates();
  }

  /** Another process: finds ports, tells them, and keeps them until its input ends. */
  static final class Finder {
    public static void main(String[] arguments) throws IOException {
      System.out.println(FreePorts.find(Integer.parseInt(arguments[0])));
      var _ = System.in.read();
    }
  }

  @Test
  void portsOfAnotherProcessAreLeftAlone() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Finder.class.getName(),
                "5000")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = other.inputReader()) {
      Set<String> theirs = Set.of(output.readLine().replaceAll("[\\[\\] ]", "").split(",", -1));
      assertThat(theirs).hasSize(5000);
      // Half of all ports: without a word from the other, some of these would be among them.
      assertThat(FreePorts.find(200)).noneMatch(port -> theirs.contains(Integer.toString(port)));
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void whoLosesAPortToAnotherStartsOnOthers() throws Exception {
    List<List<Integer>> tried = new ArrayList<>();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerSocket started =
            FreePorts.start(
                List.of(taken.getLocalPort()),
                ports -> {
                  tried.add(ports);
                  return new ServerSocket(ports.getFirst(), 1, InetAddress.getLoopbackAddress());
                })) {
      assertThat(tried).hasSize(2);
      assertThat(tried.getLast()).containsExactly(started.getLocalPort());
    }
  }

  @Test
  void anyOtherFailureIsToldAtOnce() {
    List<List<Integer>> tried = new ArrayList<>();
    assertThatThrownBy(() ->
            FreePorts.start(
                2,
                ports -> {
                  tried.add(ports);
                  throw new IllegalStateException("no disk");
                }))
        .hasMessage("no disk");
    assertThat(tried).hasSize(1);
  }
}
