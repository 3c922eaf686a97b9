# A node as a container:
#   docker build -t logos .
#   docker run --name logos -p 60000:60000 -v logos:/data logos
# What it keeps (key, peers, subscriptions, unsent messages) is in the volume. docs/operating.md says more.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/LogosActors.Node -c Release -o /out --nologo

FROM mcr.microsoft.com/dotnet/aspnet:10.0
LABEL org.opencontainers.image.title="Logos Actors" \
      org.opencontainers.image.description="A node of the Logos Delivery network" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /out /opt/logos
# The user `app` of the image: no root. A new volume takes over the owner of the directory.
RUN ln -s /opt/logos/logos /usr/local/bin/logos && mkdir /data && chown app:app /data
USER app
VOLUME /data
# Peers, and peers in browsers if --websocket-support is given. REST stays inside: there are no passwords.
EXPOSE 60000 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s CMD ["logos", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["logos"]
CMD ["run", "--data", "/data"]
