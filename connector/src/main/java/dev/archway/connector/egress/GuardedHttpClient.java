package dev.archway.connector.egress;

import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.ConnectException;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** A client behind the proxy that tells the proxy's refusals and failures as its own. */
final class GuardedHttpClient extends HttpClient {
  private final HttpClient client;
  private final Egress egress;

  GuardedHttpClient(HttpClient client, Egress egress) {
    this.client = client;
    this.egress = egress;
  }

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws IOException, InterruptedException {
    egress.check(request.uri());
    HttpResponse<T> response;
    try {
      response = client.send(request, handler);
    } catch (IOException e) {
      throw told(request.uri(), e);
    }
    IOException failed = failure(response);
    if (failed != null) {
      throw failed;
    }
    return response;
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    try {
      egress.check(request.uri());
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
    return client
        .sendAsync(request, handler)
        .handle((response, thrown) -> {
          Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
          if (cause instanceof IOException e) {
            throw new CompletionException(told(request.uri(), e));
          }
          if (cause != null) {
            throw new CompletionException(cause);
          }
          IOException failed = failure(response);
          if (failed != null) {
            throw new CompletionException(failed);
          }
          return response;
        });
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request,
      HttpResponse.BodyHandler<T> handler,
      HttpResponse.@Nullable PushPromiseHandler<T> pushes) {
    // Nobody here takes pushes.
    return sendAsync(request, handler);
  }

  /** Java's client says of a tunnel that could not be made only that it failed. */
  private IOException told(URI uri, IOException thrown) {
    return egress.reason(uri, thrown);
  }

  private @Nullable IOException failure(HttpResponse<?> response) {
    Optional<String> reason = response.headers().firstValue(EgressProxy.REASON);
    if (reason.isEmpty()) {
      return null;
    }
    if (response.body() instanceof InputStream body) {
      try (body) {
        return egress.reason(response.uri(), new ConnectException(reason.get()));
      } catch (IOException e) {
        return e;
      }
    }
    return egress.reason(response.uri(), new ConnectException(reason.get()));
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return client.cookieHandler();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return client.connectTimeout();
  }

  @Override
  public Redirect followRedirects() {
    return client.followRedirects();
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return client.proxy();
  }

  @Override
  public SSLContext sslContext() {
    return client.sslContext();
  }

  @Override
  public SSLParameters sslParameters() {
    return client.sslParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return client.authenticator();
  }

  @Override
  public Version version() {
    return client.version();
  }

  @Override
  public Optional<Executor> executor() {
    return client.executor();
  }

  @Override
  public void close() {
    client.close();
  }
}
