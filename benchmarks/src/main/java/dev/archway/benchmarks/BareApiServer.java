package dev.archway.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An API server that nothing else uses, spoken to by one HTTP client. Thread-safe. */
final class BareApiServer {
  static final String PODS = "/api/v1/namespaces/default/pods";

  private static final String NODE =
      """
      {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "bench", "labels": {"kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux"}},
       "status": {"conditions": [{"type": "Ready", "status": "True"}], "nodeInfo": {"architecture": "amd64", "operatingSystem": "linux", "machineID": "",
        "systemUUID": "", "bootID": "", "kernelVersion": "", "osImage": "", "containerRuntimeVersion": "", "kubeletVersion": "", "kubeProxyVersion": ""}}}
      """;

  private final HttpClient http;
  private final String url;
  private final String token;

  BareApiServer(String url, String token, Path authority)
      throws IOException, GeneralSecurityException {
    this.url = url;
    this.token = token;
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(authority)) {
      int number = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("authority-" + number++, each);
      }
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, managers.getTrustManagers(), null);
    http = HttpClient.newBuilder().sslContext(tls).build();
  }

  /** Adds a Ready node of linux/amd64, which nobody speaks for. */
  void addNode() {
    var _ = ask("POST", "/api/v1/nodes", NODE);
  }

  /** The body of the answer, which must be a success. */
  String ask(String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      if (answer.statusCode() / 100 != 2) {
        throw new IllegalStateException(
            "%s %s: %d %s".formatted(method, path, answer.statusCode(), answer.body()));
      }
      return answer.body();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** How often each verb was asked for, by resource, watches left out, by the server's count. */
  TreeMap<String, Long> requests() {
    TreeMap<String, Long> counts = new TreeMap<>();
    Matcher line =
        Pattern.compile("^apiserver_request_total\\{(.*)} ([0-9.e+]+)$", Pattern.MULTILINE)
            .matcher(ask("GET", "/metrics", ""));
    while (line.find()) {
      String verb = label(line.group(1), "verb");
      String part = label(line.group(1), "subresource");
      if (!verb.equals("WATCH")) {
        counts.merge(
            verb
                + " "
                + label(line.group(1), "resource")
                + (part.isEmpty() ? "" : "/" + part)
                + " "
                + label(line.group(1), "code"),
            (long) Double.parseDouble(line.group(2)),
            Long::sum);
      }
    }
    return counts;
  }

  private static String label(String labels, String name) {
    Matcher found = Pattern.compile("(?:^|,)" + name + "=\"([^\"]*)\"").matcher(labels);
    return found.find() ? found.group(1) : "";
  }

  /** How many pods there are: asked for one, the server tells how many more there are. */
  int pods() {
    String list = ask("GET", PODS + "?limit=1", "");
    Matcher more = Pattern.compile("\"remainingItemCount\":([0-9]+)").matcher(list);
    return more.find()
        ? 1 + Integer.parseInt(more.group(1))
        : list.contains("\"items\":[]") ? 0 : 1;
  }
}
