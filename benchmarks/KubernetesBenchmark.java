import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Measures a running server whose connector k8Linux is a cluster, each figure beside its floor in the same run: kubectl doing the same
 * with the same image. Times are a watcher's of the API server, the agent's in the pod and containerd's: server, cluster and this
 * program have to share one clock.
 */
final class KubernetesBenchmark {
  private static final Path HOME = Path.of(System.getenv("ARCHWAY_HOME"));
  private static final String KUBECTL = System.getenv().getOrDefault("KUBECTL", "kubectl");
  private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Pattern LINE = Pattern.compile("\"step\":\"(s[0-9]+)\",\"line\":([0-9]+),\"time\":\"([^\"]+)\"");

  public static void main(String[] args) throws Exception {
    String what = args.length > 0 ? args[0] : "";
    int count = args.length > 1 ? Integer.parseInt(args[1]) : 20;
    switch (what) {
      case "start" -> start(count);
      case "handoff" -> handoff(count);
      case "many" -> many(count);
      case "dispatch" -> dispatch(count);
      default -> {
        System.err.println("usage: ./archway bench kubernetes start|handoff|many|dispatch [COUNT]");
        System.exit(2);
      }
    }
  }

  /** Submission to the pod, and to the first output. */
  private static void start(int count) throws Exception {
    Map<String, Instant> created = new ConcurrentHashMap<>();
    Process watch =
        new ProcessBuilder(
                KUBECTL, "get", "pods", "--namespace", "default", "--selector", "app.kubernetes.io/managed-by=archway", "--watch-only",
                "-o", "jsonpath={.metadata.labels.dev\\.archway/execution}{\"\\n\"}")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Thread.ofVirtual().start(() -> {
      try (BufferedReader lines = new BufferedReader(new InputStreamReader(watch.getInputStream()))) {
        for (String id = lines.readLine(); id != null; id = lines.readLine()) {
          created.putIfAbsent(id, Instant.now());
        }
      } catch (IOException _) {
        // The watch is over.
      }
    });
    List<Double> pods = new ArrayList<>();
    List<Double> outputs = new ArrayList<>();
    List<Double> floor = new ArrayList<>();
    try {
      for (int i = 0; i < 5; i++) {
        execute(steps(1, "true"));
      }
      for (int i = 0; i < count; i++) {
        double alone = kubectlRun("floor-" + i + "-" + Long.toString(System.nanoTime(), 36));
        if (!Double.isNaN(alone)) {
          floor.add(alone);
        }
        Instant submitted = Instant.now();
        String id = execute(steps(1, "echo on"));
        pods.add(millis(submitted, created.get(id)));
        outputs.add(millis(submitted, lines(id).get("s1").getFirst()));
      }
    } finally {
      watch.destroy();
    }
    print("submit to pod at the API server", pods);
    print("submit to first output", outputs);
    print("floor: kubectl run to first output", floor);
    System.out.printf("beyond kubectl run: p50 %.0f ms%n", quantile(outputs, 0.5) - quantile(floor, 0.5));
  }

  /** Milliseconds from the command to the pod's first output; not a number when that was lost. */
  private static double kubectlRun(String name) throws Exception {
    Instant start = Instant.now();
    kubectl("run", name, "--namespace", "default", "--image", "alpine", "--image-pull-policy", "IfNotPresent", "--restart", "Never",
        "--command", "--", "echo", "on");
    // A kubelet may lose the log of a container that ended at once.
    String log = "";
    while (!log.endsWith("Z on\n") && millis(start, Instant.now()) < 20_000) {
      log = kubectl("logs", name, "--namespace", "default", "--timestamps");
    }
    kubectl("delete", "pod", name, "--namespace", "default", "--wait=false", "--grace-period=1");
    return log.endsWith("Z on\n") ? millis(start, Instant.parse(log.substring(0, log.indexOf(' ')))) : Double.NaN;
  }

  private static String kubectl(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(KUBECTL));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    return output;
  }

  /**
   * The last line of a step to the first of the next: the end of one process, the hand-over, the start of another. The first step takes
   * long enough for the kubelet to have started all ten containers, one after the other. The floor, in turn with it: the same ten commands
   * by shells that wait at a FIFO each, in a pod of nothing else.
   */
  private static void handoff(int count) throws Exception {
    List<Double> gaps = new ArrayList<>();
    List<Double> floor = new ArrayList<>();
    String pipeline = steps(10, "echo on").replaceFirst("echo on", "sleep 15; echo on");
    execute(pipeline);
    for (int i = 0; i < count; i++) {
      floor.addAll(gaps(shells("floor-" + Long.toString(System.nanoTime(), 36))));
      gaps.addAll(gaps(lines(execute(pipeline))));
    }
    print("step end to next step's first output", gaps);
    print("floor: shells that wait at FIFOs", floor);
  }

  private static List<Double> gaps(TreeMap<String, List<Instant>> lines) {
    List<Double> gaps = new ArrayList<>();
    for (int step = 1; step < 10; step++) {
      List<Instant> before = lines.get("s" + step);
      List<Instant> after = lines.get("s" + (step + 1));
      if (before != null && after != null) {
        gaps.add(millis(before.getLast(), after.getFirst()));
      }
    }
    return gaps;
  }

  /** Runs the floor's pod; when each of its containers wrote its line, by containerd's time. */
  private static TreeMap<String, List<Instant>> shells(String name) throws Exception {
    StringBuilder pod =
        new StringBuilder(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s, namespace: default}
            spec:
              restartPolicy: Never
              nodeSelector: {kubernetes.io/arch: amd64}
              volumes: [{name: gates, emptyDir: {}}]
              initContainers:
              - {name: gates, image: alpine, imagePullPolicy: IfNotPresent, volumeMounts: [{name: gates, mountPath: /gates}], command: [sh, -c, 'for i in 1 2 3 4 5 6 7 8 9 10; do mkfifo /gates/$i; done; echo "echo on" >/gates/script']}
              containers:
            """
                .formatted(name));
    for (int step = 1; step <= 10; step++) {
      String before = step == 1 ? "sleep 15" : "read _ </gates/" + step;
      String after = step == 10 ? "" : "; echo >/gates/" + (step + 1);
      pod.append("  - {name: s%d, image: alpine, imagePullPolicy: IfNotPresent, volumeMounts: [{name: gates, mountPath: /gates}], command: [sh, -c, '%s; sh -e /gates/script%s']}\n"
          .formatted(step, before, after));
    }
    Path file = Files.createTempFile("floor", ".yaml");
    Files.writeString(file, pod);
    kubectl("create", "-f", file.toString());
    Files.delete(file);
    TreeMap<String, List<Instant>> lines = new TreeMap<>();
    // Asked for only afterwards: each question is a process beside what is measured.
    Thread.sleep(20_000);
    while (!kubectl("get", "pod", name, "--namespace", "default", "-o", "jsonpath={.status.phase}").equals("Succeeded")) {
      Thread.sleep(1000);
    }
    for (int step = 1; step <= 10; step++) {
      // A kubelet may lose the log of a container that ended at once.
      String log = kubectl("logs", name, "--namespace", "default", "--container", "s" + step, "--timestamps");
      if (log.endsWith("Z on\n")) {
        lines.put("s" + step, List.of(Instant.parse(log.substring(0, log.indexOf(' ')))));
      }
    }
    kubectl("delete", "pod", name, "--namespace", "default", "--wait=false", "--grace-period=1");
    return lines;
  }

  /** Stages side by side: the server's memory before, and with all of them in flight. */
  private static void many(int count) throws Exception {
    execute(steps(1, "true"));
    double before = rss();
    double most = before;
    Instant began = Instant.now();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        all.add(threads.submit(() -> execute(steps(1, "echo on; sleep 20"))));
      }
      while (all.stream().anyMatch(each -> !each.isDone())) {
        most = Math.max(most, rss());
        Thread.sleep(200);
      }
      for (Future<String> each : all) {
        each.get();
      }
    }
    System.out.printf(
        "%d stages in %.1f s; RSS of the whole server %.0f MB before, %.0f MB at most%n",
        count, millis(began, Instant.now()) / 1000, before, most);
    left();
  }

  /**
   * As many stages as asked for whose pods no node takes: what the control plane does alone, without a kubelet's work beside it. How fast
   * their pods are made, what is asked of the API server for each, and what they cost in memory.
   */
  private static void dispatch(int count) throws Exception {
    execute(steps(1, "true"));
    String pipeline =
        steps(1, "true").replace("namespace: default", "namespace: default, nodeSelector: {dev.archway/bench: nowhere}");
    double before = rss();
    TreeMap<String, Long> asked = requests();
    Instant began = Instant.now();
    List<String> ids = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        all.add(threads.submit(() -> submit(pipeline)));
      }
      for (Future<String> each : all) {
        ids.add(each.get());
      }
    }
    double submitted = millis(began, Instant.now());
    while (requests().getOrDefault("POST pods", 0L) - asked.getOrDefault("POST pods", 0L) < count) {
      Thread.sleep(50);
    }
    double made = millis(began, Instant.now());
    System.out.printf(
        "%d stages: all submitted after %.0f ms, all pods made after %.0f ms: %.0f stages/s%n", count, submitted, made, count / made * 1000);
    Thread.sleep(2000);
    double after = rss();
    System.out.printf(
        "RSS of the whole server %.0f MB before, %.0f MB with all of them in flight: %.2f MB each%n", before, after, (after - before) / count);
    for (String id : ids) {
      HTTP.send(
          request("/api/v1/executions/" + id + "/abort").POST(HttpRequest.BodyPublishers.noBody()).build(),
          HttpResponse.BodyHandlers.discarding());
    }
    left();
    requests().forEach((what, now) -> {
      long more = now - asked.getOrDefault(what, 0L);
      if (more * 10 >= count) {
        System.out.printf("%-24s %.2f for each stage%n", what, (double) more / count);
      }
    });
  }

  /** What has been asked of the API server about pods and secrets by anybody, by its own count. */
  private static TreeMap<String, Long> requests() throws Exception {
    TreeMap<String, Long> counts = new TreeMap<>();
    Matcher line =
        Pattern.compile("^apiserver_request_total\\{(.*)} ([0-9.e+]+)$", Pattern.MULTILINE).matcher(kubectl("get", "--raw", "/metrics"));
    while (line.find()) {
      String resource = label(line.group(1), "resource");
      String verb = label(line.group(1), "verb");
      if ((resource.equals("pods") || resource.equals("secrets")) && !verb.equals("WATCH")) {
        String part = label(line.group(1), "subresource");
        counts.merge(verb + " " + resource + (part.isEmpty() ? "" : "/" + part), (long) Double.parseDouble(line.group(2)), Long::sum);
      }
    }
    return counts;
  }

  private static String label(String labels, String name) {
    Matcher found = Pattern.compile("(?:^|,)" + name + "=\"([^\"]*)\"").matcher(labels);
    return found.find() ? found.group(1) : "";
  }

  /** Waits for the cluster to be empty of ours, for a minute. */
  private static void left() throws Exception {
    String left = "";
    for (int i = 0; i < 300; i++) {
      left = kubectl("get", "pods,secrets", "--all-namespaces", "--selector", "app.kubernetes.io/managed-by=archway", "-o", "name");
      if (left.isBlank()) {
        break;
      }
      Thread.sleep(200);
    }
    System.out.printf("left on the cluster: %s%n", left.isBlank() ? "nothing" : left);
  }

  private static double rss() throws IOException {
    String pid = Files.readString(HOME.resolve("standalone.pid")).strip();
    Matcher found = Pattern.compile("VmRSS:\\s+([0-9]+)").matcher(Files.readString(Path.of("/proc", pid, "status")));
    found.find();
    return Double.parseDouble(found.group(1)) / 1024;
  }

  private static TreeMap<String, List<Instant>> lines(String execution) throws Exception {
    TreeMap<String, List<Instant>> found = new TreeMap<>();
    String log =
        HTTP.send(
                request("/api/v1/executions/" + execution + "/logs").header("Accept", "text/event-stream").build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    Matcher line = LINE.matcher(log);
    while (line.find()) {
      found.computeIfAbsent(line.group(1), _ -> new ArrayList<>()).add(Instant.parse(line.group(3)));
    }
    return found;
  }

  private static String submit(String yaml) throws Exception {
    HttpResponse<String> accepted =
        HTTP.send(
            request("/api/v1/executions").header("Content-Type", "application/yaml").POST(HttpRequest.BodyPublishers.ofString(yaml)).build(),
            HttpResponse.BodyHandlers.ofString());
    Matcher id = Pattern.compile("\"id\":\"([a-z0-9]+)\"").matcher(accepted.body());
    if (accepted.statusCode() != 202 || !id.find()) {
      throw new IllegalStateException(accepted.body());
    }
    return id.group(1);
  }

  private static String execute(String yaml) throws Exception {
    String id = submit(yaml);
    HttpResponse<Stream<String>> events =
        HTTP.send(request("/api/v1/executions/" + id + "/events").build(), HttpResponse.BodyHandlers.ofLines());
    String end = events.body().filter(line -> line.contains("\"status\"")).reduce((_, last) -> last).orElse("");
    if (!end.contains("\"status\":\"Success\"")) {
      throw new IllegalStateException(id + " did not succeed: " + end);
    }
    return id;
  }

  private static HttpRequest.Builder request(String path) throws IOException {
    return HttpRequest.newBuilder(URI.create(Files.readString(HOME.resolve("url")).strip() + path))
        .header("Authorization", "Bearer " + Files.readString(HOME.resolve("token")).strip());
  }

  private static String steps(int count, String command) {
    StringBuilder yaml =
        new StringBuilder(
            """
            pipeline:
              orgIdentifier: default
              projectIdentifier: default
              identifier: bench
              name: bench
              stages:
                - stage:
                    identifier: bench
                    name: bench
                    type: CI
                    spec:
                      cloneCodebase: false
                      infrastructure: {type: KubernetesDirect, spec: {connectorRef: k8Linux, namespace: default}}
                      execution:
                        steps:
            """);
    for (int i = 1; i <= count; i++) {
      yaml.append("              - step: {type: Run, identifier: s%d, name: s, spec: {connectorRef: account.harnessImage, image: \"alpine:latest\", command: \"%s\"}}\n"
          .formatted(i, command));
    }
    return yaml.toString();
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
