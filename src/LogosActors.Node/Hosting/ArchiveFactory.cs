using LogosActors.Delivery;
using LogosActors.Delivery.Archive;
using LogosActors.Node.Configuration;
using LogosActors.Postgres;

namespace LogosActors.Node.Hosting;

/// <summary>Opens the archive that a database URL names, in the reference node's form.</summary>
internal static class ArchiveFactory
{
    const string Sqlite = "sqlite://";

    /// <summary>Opens an archive.</summary>
    /// <param name="url"><c>sqlite://</c> and a file, or <c>postgres://user:password@host:port/database</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="NodeStartException">The URL names no database, or the database cannot be used. It does not show the URL: that may
    /// hold a password.</exception>
    public static async Task<IMessageArchive> OpenAsync(string url, CancellationToken cancellation)
    {
        var archive = Create(url) ?? throw new NodeStartException(
            NodeStartFailure.Archive, "The URL names no database: expected sqlite:// and a file, or postgres://user:password@host:port/database.");
        try
        {
            await archive.InitializeAsync(cancellation);
            return archive;
        }
        catch (ArchiveException e)
        {
            await archive.DisposeAsync();
            throw new NodeStartException(NodeStartFailure.Archive, $"The store's database cannot be used: {e.Message}", e);
        }
    }

    static IMessageArchive? Create(string url)
    {
        if (url.StartsWith(Sqlite, StringComparison.OrdinalIgnoreCase) && url.Length > Sqlite.Length)
            return new SqliteArchive(new SqliteArchiveOptions { Path = url[Sqlite.Length..] });
        return PostgresUrl.TryParse(url, out var connectionString) ? new PostgresArchive(new PostgresArchiveOptions { ConnectionString = connectionString }) : null;
    }
}
