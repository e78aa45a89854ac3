package dev.archway.standalone;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.nio.charset.StandardCharsets;

/** Takes the place of the gateway's own metrics, behind the same token. */
final class MetricsServlet extends HttpServlet {
  static final String PATH = "/actuator/prometheus";

  @Serial private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // A servlet is never written anywhere.
  private final MergedMetrics metrics;

  MetricsServlet(MergedMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setContentType("text/plain; version=0.0.4; charset=utf-8");
    response.getOutputStream().write(metrics.scrape().getBytes(StandardCharsets.UTF_8));
  }
}
