using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>A certificate for 127.0.0.1 that nobody trusts but those who are given it.</summary>
internal static class LocalCertificate
{
    public static X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>The certificate and its key, as Node.js reads them.</summary>
    public static object Describe(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return new { Cert = certificate.ExportCertificatePem(), Key = key.ExportPkcs8PrivateKeyPem() };
    }
}
