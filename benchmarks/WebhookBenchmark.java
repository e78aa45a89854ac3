import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Calls a trigger's webhook many times at once and checks that every call was taken and led to one execution of its own, which
 * ended. Every tenth call is sent twice. The pipeline's only stage is skipped, so that what is measured is the way from the call to the
 * execution's end without any container.
 */
final class WebhookBenchmark {
  private static final Path HOME = Path.of(System.getenv("ARCHWAY_HOME"));
  private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final int AT_ONCE = 64;
  private static final String SECRET = "webhook benchmark";
  private static final String PROJECT = "/api/v1/orgs/default/projects/default";
  private static final Pattern EXECUTION = Pattern.compile("\"execution\":\"([a-z0-9]+)\"");

  private static final String PIPELINE =
      """
      pipeline:
        identifier: webhook_benchmark
        name: webhook benchmark
        orgIdentifier: default
        projectIdentifier: default
        stages:
          - stage:
              identifier: never
              name: never
              type: CI
              when: {pipelineStatus: Success, condition: <+trigger.payload.run> == "yes"}
              spec:
                cloneCodebase: false
                infrastructure: {type: KubernetesDirect, spec: {connectorRef: local, namespace: default}}
                execution:
                  steps:
                    - step: {type: Run, identifier: run, name: run, spec: {connectorRef: account.harnessImage, image: alpine, command: "true"}}
      """;

  private static final String TRIGGER =
      """
      trigger:
        identifier: webhook_benchmark
        orgIdentifier: default
        projectIdentifier: default
        pipelineIdentifier: webhook_benchmark
        encryptedWebhookSecretIdentifier: webhook_benchmark
        source: {type: Webhook, spec: {type: Custom, spec: {payloadConditions: []}}}
      """;

  public static void main(String[] args) throws Exception {
    int count = args.length > 0 ? Integer.parseInt(args[0]) : 2_000;
    Files.writeString(HOME.resolve("secrets/webhook_benchmark"), SECRET);
    put("/pipelines/webhook_benchmark", PIPELINE);
    put("/triggers/webhook_benchmark", TRIGGER);
    String run = Long.toString(System.currentTimeMillis(), 36);
    burst(run + "-warm", 100);
    long start = System.nanoTime();
    List<Double> taken = burst(run, count);
    double accepted = (System.nanoTime() - start) / 1e9;
    Set<String> executions = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      executions.add(execution(run + "-" + i));
    }
    double dealtWith = (System.nanoTime() - start) / 1e9;
    for (String execution : executions) {
      awaitEnd(execution);
    }
    double ended = (System.nanoTime() - start) / 1e9;
    taken.sort(null);
    System.out.printf(
        "%d calls, %d at once: all answered 202 in %.1f s (%.0f/s), p50 %.0f ms, p99 %.0f ms, most %.0f ms%n",
        count,
        AT_ONCE,
        accepted,
        taken.size() / accepted,
        taken.get(taken.size() / 2),
        taken.get(taken.size() * 99 / 100),
        taken.getLast());
    System.out.printf(
        "%d executions, one for each call: all started after %.1f s, all ended after %.1f s%n",
        executions.size(), dealtWith, ended);
    if (executions.size() != count) {
      throw new IllegalStateException("%d calls led to %d executions".formatted(count, executions.size()));
    }
  }

  /** How long each call took, in milliseconds. */
  private static List<Double> burst(String run, int count) throws Exception {
    Semaphore atOnce = new Semaphore(AT_ONCE);
    List<Future<Double>> calls = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        String delivery = run + "-" + i;
        for (int again = 0; again < (i % 10 == 0 ? 2 : 1); again++) {
          calls.add(
              threads.submit(() -> {
                atOnce.acquire();
                try {
                  return call(delivery);
                } finally {
                  atOnce.release();
                }
              }));
        }
      }
    }
    List<Double> taken = new ArrayList<>();
    for (Future<Double> call : calls) {
      taken.add(call.get());
    }
    return taken;
  }

  private static double call(String delivery) throws Exception {
    String body = "{\"run\":\"no\",\"delivery\":\"%s\"}".formatted(delivery);
    long time = System.currentTimeMillis() / 1000;
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    String signature = HexFormat.of().formatHex(mac.doFinal((time + "." + body).getBytes(StandardCharsets.UTF_8)));
    long start = System.nanoTime();
    HttpResponse<String> response =
        HTTP.send(
            HttpRequest.newBuilder(url("/api/v1/webhooks/generic/default/default/webhook_benchmark"))
                .header("Content-Type", "application/json")
                .header("X-Archway-Signature", "t=%d,v1=%s".formatted(time, signature))
                .header("X-Archway-Delivery", delivery)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 202) {
      throw new IllegalStateException("a call was answered " + response.statusCode() + " " + response.body());
    }
    return (System.nanoTime() - start) / 1e6;
  }

  private static String execution(String delivery) throws Exception {
    while (true) {
      HttpResponse<String> response = get(PROJECT + "/triggers/webhook_benchmark/deliveries/" + delivery);
      Matcher execution = EXECUTION.matcher(response.body());
      if (response.statusCode() == 200 && execution.find()) {
        return execution.group(1);
      }
      if (response.statusCode() != 404) {
        throw new IllegalStateException(delivery + ": " + response.statusCode() + " " + response.body());
      }
      Thread.sleep(50);
    }
  }

  private static void awaitEnd(String execution) throws Exception {
    while (!get("/api/v1/executions/" + execution).body().contains("\"endedAt\"")) {
      Thread.sleep(50);
    }
  }

  private static void put(String path, String yaml) throws Exception {
    HttpResponse<String> response =
        HTTP.send(
            authorized(PROJECT + path)
                .header("Content-Type", "application/yaml")
                .PUT(HttpRequest.BodyPublishers.ofString(yaml))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IllegalStateException(path + ": " + response.statusCode() + " " + response.body());
    }
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return HTTP.send(authorized(path).GET().build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder authorized(String path) throws IOException {
    return HttpRequest.newBuilder(url(path))
        .header("Authorization", "Bearer " + Files.readString(HOME.resolve("token")).strip());
  }

  private static URI url(String path) throws IOException {
    return URI.create(Files.readString(HOME.resolve("url")).strip() + path);
  }
}
