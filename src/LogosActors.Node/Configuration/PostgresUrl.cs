using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace LogosActors.Node.Configuration;

/// <summary>Addresses of PostgreSQL databases in the reference node's form, <c>postgres://user:password@host:port/database</c>.</summary>
internal static class PostgresUrl
{
    const int DefaultPort = 5432;

    /// <summary>Converts an address to a connection string of Npgsql.</summary>
    public static bool TryParse(string url, [NotNullWhen(true)] out string? connectionString)
    {
        connectionString = null;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("postgres" or "postgresql") || uri.Host.Length == 0)
            return false;
        var user = uri.UserInfo.Split(':', 2);
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.IsDefaultPort ? DefaultPort : uri.Port,
            Username = Uri.UnescapeDataString(user[0]),
            Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')),
        };
        if (user.Length > 1)
            connection.Password = Uri.UnescapeDataString(user[1]);
        connectionString = connection.ConnectionString;
        return true;
    }
}
