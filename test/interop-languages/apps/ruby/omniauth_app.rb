# OmniAuth with the strategy that GitLab uses, configured by the list of providers of gitlab.rb.
require 'cgi'
require 'json'
require 'rack'
require 'rack/handler/webrick'
require 'omniauth'
require 'omniauth_openid_connect'

gitlab_rails = {}
eval(File.read(ENV.fetch('CONFIGURATION')), binding)
provider = gitlab_rails['omniauth_providers'].first

OmniAuth.config.path_prefix = '/users/auth'
# GitLab checks the form with a token of Rails.
OmniAuth.config.request_validation_phase = nil
# Discovery is over https, unless the issuer is on this machine.
SWD.url_builder = URI::HTTP if provider[:args][:issuer].start_with?('http:')

html = { 'Content-Type' => 'text/html' }
site = lambda do |env|
  case env['PATH_INFO']
  when '/users/sign_in'
    form = '<form method="post" action="/users/auth/openid_connect"><button id="begin">Sign in</button></form>'
    [200, html, [form]]
  when '/users/auth/openid_connect/callback'
    info = env['omniauth.auth'].info
    [200, { 'Content-Type' => 'application/json' }, [{ email: info.email, name: info.name, user: info.nickname }.to_json]]
  when '/users/auth/failure'
    [403, html, [CGI.escapeHTML(env['QUERY_STRING'])]]
  else
    [404, html, ['not found']]
  end
end

app = Rack::Builder.new do
  use Rack::Session::Cookie, secret: 'a text that signs the cookie of this test, which is long enough for it ' * 2
  use OmniAuth::Builder do
    provider provider[:name].to_sym, provider[:args]
  end
  run site
end

Rack::Handler::WEBrick.run(app, Host: 'localhost', Port: ENV.fetch('PORT').to_i)
