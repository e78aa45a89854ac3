import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Measures a running server from outside, each figure beside its floor in the same run: the same work by a shell script, or what the
 * container engine takes by itself. Times of containers are podman's own, from its event file, and its monitor's, from the log.
 */
final class SystemBenchmark {
  private static final Path HOME = Path.of(System.getenv("ARCHWAY_HOME"));
  // HTTP/1.1, else each request would try to become HTTP/2, on the cores that are measured.
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final int WARM_UP = 20;
  private static final Pattern LINE = Pattern.compile("\"step\":\"(s[0-9]+)\",\"line\":[0-9]+,\"time\":\"([^\"]+)\"");
  private static final Pattern EVENT =
      Pattern.compile("\"Name\":\"archway-([a-z0-9]+)-.*?-(s[0-9]+)\",\"Status\":\"(create|start)\",\"Time\":\"([^\"]+)\"");

  public static void main(String[] args) throws Exception {
    String what = args.length > 0 ? args[0] : "";
    switch (what) {
      case "seed" -> againstScript("sequential", "examples/multi-arch.yaml", count(args, 10));
      case "platforms" -> againstScript("parallel", "examples/platforms.yaml", count(args, 10));
      case "latency" -> latency(count(args, 100));
      case "handoff" -> handoff(count(args, 10));
      case "startup" -> startup(count(args, 5));
      default -> {
        System.err.println("usage: ./archway bench seed|platforms|latency|handoff|startup [COUNT]");
        System.exit(2);
      }
    }
  }

  private static int count(String[] args, int otherwise) {
    return args.length > 1 ? Integer.parseInt(args[1]) : otherwise;
  }

  /** Alternates the script and the pipeline, so that both see the same machine. */
  private static void againstScript(String mode, String example, int count) throws Exception {
    String yaml = Files.readString(Path.of(example));
    List<Double> script = new ArrayList<>();
    List<Double> archway = new ArrayList<>();
    baseline(mode);
    execute(yaml);
    for (int i = 0; i < count; i++) {
      script.add(baseline(mode));
      long start = System.nanoTime();
      execute(yaml);
      archway.add((System.nanoTime() - start) / 1e6);
    }
    print("script, " + mode, script);
    print(example, archway);
    System.out.printf("ratio of medians: %.2f%n", quantile(archway, 0.5) / quantile(script, 0.5));
  }

  private static double baseline(String mode) throws Exception {
    Process process =
        new ProcessBuilder("benchmarks/baseline.sh", HOME.resolve("baseline").toString(), mode, "1")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IllegalStateException(output);
    }
    Matcher number = Pattern.compile("median of [0-9]+: ([0-9]+) ms").matcher(output);
    if (!number.find()) {
      throw new IllegalStateException("no milliseconds in: " + output);
    }
    return Double.parseDouble(number.group(1));
  }

  private static void latency(int count) throws Exception {
    List<Double> submitToCreated = new ArrayList<>();
    for (int i = 0; i < WARM_UP; i++) {
      execute(steps(1));
    }
    for (int i = 0; i < count; i++) {
      Instant submitted = Instant.now();
      String id = execute(steps(1));
      submitToCreated.add(millis(submitted, events(id).get("create s1")));
    }
    print("submit to first container created", submitToCreated);
    print("floor: podman create alone, to its event", engine("create", count));
  }

  private static void handoff(int count) throws Exception {
    List<Double> gaps = new ArrayList<>();
    execute(steps(10));
    for (int i = 0; i < count; i++) {
      String id = execute(steps(10));
      TreeMap<String, Instant> events = events(id);
      TreeMap<String, Instant> ends = lastLines(id);
      for (int step = 1; step < 10; step++) {
        gaps.add(millis(ends.get("s" + step), events.get("start s" + (step + 1))));
      }
    }
    List<Double> floor = engine("run -d", count * 9);
    print("step end to next step's start", gaps);
    print("floor: podman run alone, to its start event", floor);
    System.out.printf(
        "beyond the engine: p50 %.0f ms, p99 %.0f ms%n",
        quantile(gaps, 0.5) - quantile(floor, 0.5), quantile(gaps, 0.99) - quantile(floor, 0.99));
  }

  /** How long the engine takes from the command's start to its own event. */
  private static List<Double> engine(String command, int count) throws Exception {
    List<Double> times = new ArrayList<>();
    String awaited = command.startsWith("run") ? "start" : "create";
    // The event file keeps those of earlier runs.
    String run = "floor" + Long.toString(System.currentTimeMillis(), 36);
    for (int i = 0; i < count; i++) {
      String id = run + "x" + i;
      String name = "archway-" + id + "-x-s1";
      Instant start = Instant.now();
      podman(command + " --name " + name + " --network host --pull never docker.io/library/alpine:latest true");
      times.add(millis(start, events(id).get(awaited + " s1")));
      podman("rm -f " + name);
    }
    return times;
  }

  private static void podman(String arguments) throws Exception {
    Process process =
        new ProcessBuilder(
                "sh", "-c", ". '" + HOME + "/podman/" + platform() + "/env'; exec podman " + arguments + " >/dev/null 2>&1")
            .start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("podman " + arguments + " failed");
    }
  }

  private static void startup(int count) throws Exception {
    List<Double> ready = new ArrayList<>();
    List<Double> memory = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      command("./archway", "down");
      command("./archway", "up", "--detach");
      Matcher seconds =
          Pattern.compile("started in ([0-9.]+) s").matcher(Files.readString(log()));
      String last = null;
      while (seconds.find()) {
        last = seconds.group(1);
      }
      ready.add(Double.parseDouble(last) * 1000);
      Thread.sleep(10_000); // Idle is what is measured.
      String pid = Files.readString(HOME.resolve("standalone.pid")).strip();
      Matcher rss = Pattern.compile("VmRSS:\\s+([0-9]+)").matcher(Files.readString(Path.of("/proc", pid, "status")));
      rss.find();
      memory.add(Double.parseDouble(rss.group(1)) / 1024);
    }
    print("start to ready", ready);
    System.out.printf("RSS idle: median %.0f MB of %d starts%n", quantile(memory, 0.5), count);
  }

  private static Path log() {
    return HOME.resolve("logs/console.log");
  }

  private static void command(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    process.waitFor();
  }

  /** Submits and follows the events to the end; the id of an execution that succeeded. */
  private static String execute(String yaml) throws Exception {
    HttpResponse<String> accepted =
        HTTP.send(
            request("/api/v1/executions")
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"pipelineYaml\":\"%s\",\"inputs\":{\"build\":\"main\",\"namespace\":\"default\"}}".formatted(escape(yaml))))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    Matcher id = Pattern.compile("\"id\":\"([a-z0-9]+)\"").matcher(accepted.body());
    if (accepted.statusCode() != 202 || !id.find()) {
      throw new IllegalStateException(accepted.body());
    }
    String execution = id.group(1);
    HttpResponse<Stream<String>> events =
        HTTP.send(request("/api/v1/executions/" + execution + "/events").build(), HttpResponse.BodyHandlers.ofLines());
    String end = events.body().filter(line -> line.contains("\"status\"")).reduce((_, last) -> last).orElse("");
    if (!end.contains("\"status\":\"Success\"")) {
      throw new IllegalStateException(execution + " did not succeed: " + end);
    }
    return execution;
  }

  private static HttpRequest.Builder request(String path) throws IOException {
    return HttpRequest.newBuilder(URI.create(Files.readString(HOME.resolve("url")).strip() + path))
        .header("Authorization", "Bearer " + Files.readString(HOME.resolve("token")).strip());
  }

  private static String escape(String yaml) {
    return yaml.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t");
  }

  /** When each step, whose last act is a line of log, came to it: the time that the engine's monitor gave the line. */
  private static TreeMap<String, Instant> lastLines(String execution) throws Exception {
    TreeMap<String, Instant> found = new TreeMap<>();
    String log =
        HTTP.send(
                request("/api/v1/executions/" + execution + "/logs").header("Accept", "text/event-stream").build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    Matcher line = LINE.matcher(log);
    while (line.find()) {
      found.put(line.group(1), Instant.parse(line.group(2)));
    }
    return found;
  }

  private static TreeMap<String, Instant> events(String execution) throws Exception {
    TreeMap<String, Instant> found = new TreeMap<>();
    Path file = eventFile();
    for (String line : Files.readAllLines(file)) {
      if (line.contains(execution)) {
        Matcher event = EVENT.matcher(line);
        if (event.find() && event.group(1).equals(execution)) {
          found.putIfAbsent(event.group(3) + " " + event.group(2), Instant.parse(event.group(4)));
        }
      }
    }
    return found;
  }

  private static Path eventFile() throws IOException {
    String conf = Files.readString(HOME.resolve("podman/" + platform() + "/containers.conf"));
    Matcher directory = Pattern.compile("tmp_dir = \"([^\"]+)\"").matcher(conf);
    directory.find();
    return Path.of(directory.group(1), "events/events.log");
  }

  private static String platform() {
    return System.getProperty("os.arch").equals("aarch64") ? "linux-arm64" : "linux-amd64";
  }

  private static String steps(int count) {
    StringBuilder yaml =
        new StringBuilder(
            """
            pipeline:
              identifier: bench
              name: bench
              stages:
                - stage:
                    identifier: bench
                    name: bench
                    type: CI
                    spec:
                      cloneCodebase: false
                      infrastructure: {type: KubernetesDirect, spec: {connectorRef: local, namespace: default}}
                      execution:
                        steps:
            """);
    for (int i = 1; i <= count; i++) {
      yaml.append("              - step: {type: Run, identifier: s")
          .append(i)
          .append(", name: s, spec: {connectorRef: account.harnessImage, image: \"alpine:latest\", command: \"echo end\"}}\n");
    }
    return yaml.toString().replace("pipeline:\n", "pipeline:\n  orgIdentifier: default\n  projectIdentifier: default\n");
  }

  private static double millis(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e6;
  }

  private static void print(String what, List<Double> millis) {
    System.out.printf(
        "%-45s min %6.0f  p50 %6.0f  p99 %6.0f  max %6.0f ms  (%d)%n",
        what, quantile(millis, 0), quantile(millis, 0.5), quantile(millis, 0.99), quantile(millis, 1), millis.size());
  }

  private static double quantile(List<Double> values, double q) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get((int) Math.max(0, Math.ceil(q * sorted.size()) - 1));
  }
}
